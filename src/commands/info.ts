import type { Command } from '../model/command.ts';

/** What the list is for; of one that hides, only to its members. */
export const info: Command = {
  verbs: ['info'],
  help: 'help-info',
  obey(_, { list, asker }) {
    if (!list.settings.advertised && asker.memberships.length === 0) {
      return { said: [{ phrase: 'not-told' }], failed: true };
    }
    return { said: [{ phrase: 'about' }] };
  },
};
