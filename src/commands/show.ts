import type { Command } from '../model/command.ts';

/** How the sender is on the list. */
export const show: Command = {
  verbs: ['show'],
  usage: 'show',
  help: 'Show your options on the list.',
  async obey(_, { list, asker, books }) {
    const own = asker.memberships.find(({ role }) => role === 'member');
    const wanted = await books.people.preferences(list.id, asker.key);
    if (!own || !wanted) {
      return { said: [{ phrase: 'not-member', values: { address: asker.address } }], failed: true };
    }
    const on = (value: boolean) => (value ? 'on' : 'off');
    const why = own.status === 'enabled' ? '' : ` (${own.status})`;
    return {
      said: [
        `Options of ${asker.address} on ${list.address}:`,
        `  delivery   ${on(own.status === 'enabled')}${why}`,
        `  myposts    ${on(own.ownPosts)}`,
        `  duplicates ${on(own.duplicates)}`,
        `  ack        ${on(wanted.acknowledge)}`,
        `  hide       ${on(wanted.hidden)}`,
        `  language   ${wanted.language}`,
      ],
    };
  },
};
