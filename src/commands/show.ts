import type { Command } from '../model/command.ts';

/** How the sender is on the list. */
export const show: Command = {
  verbs: ['show'],
  help: 'help-show',
  async obey(_, { list, asker, books }) {
    const own = asker.memberships.find(({ role }) => role === 'member');
    const wanted = await books.people.preferences(list.id, asker.key);
    if (!own || !wanted) {
      return { said: [{ phrase: 'not-member', values: { address: asker.address } }], failed: true };
    }
    const on = (value: boolean) => (value ? 'on' : 'off');
    const { status } = own;
    return {
      said: [
        { phrase: 'options', values: { address: asker.address } },
        `  delivery   ${on(status === 'enabled')}`,
        `  myposts    ${on(own.ownPosts)}`,
        `  duplicates ${on(own.duplicates)}`,
        `  ack        ${on(wanted.acknowledge)}`,
        `  hide       ${on(wanted.hidden)}`,
        `  language   ${wanted.language}`,
        status === 'enabled'
          ? { phrase: 'delivery-on' }
          : { phrase: 'delivery-off', values: { status } },
      ],
    };
  },
};
