import type { Answer, Command, CommandView, Order } from '../model/command.ts';

/** No more of one thread. Its tag stands in the address that its postings carry. */
export const mute: Command = {
  verbs: ['mute'],
  help: 'help-mute',
  ofMember: true,
  obey: (order, view) => change(order, view, true),
};

/** The thread is heard again. */
export const unmute: Command = {
  verbs: ['unmute'],
  help: 'help-unmute',
  ofMember: true,
  obey: (order, view) => change(order, view, false),
};

function change({ words }: Order, view: CommandView, on: boolean): Answer {
  const { list, asker } = view;
  const thread = (words[0] ?? '').toLowerCase();
  if (!view.isThread(thread)) return { said: [{ phrase: 'no-thread' }], failed: true };
  if (!asker.memberships.some(({ role }) => role === 'member')) {
    return { said: [{ phrase: 'not-member', values: { address: asker.address } }], failed: true };
  }
  return {
    said: [{ phrase: on ? 'muted' : 'unmuted', values: { thread } }],
    changes: [{ kind: 'muted', list: list.id, key: asker.key, thread, on }],
  };
}
