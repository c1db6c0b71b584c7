import type { Command } from '../model/command.ts';

/** What the list is for; of one that hides, only to its members. */
export const info: Command = {
  verbs: ['info'],
  usage: 'info',
  help: 'Show what the list is for.',
  obey(_, { list, asker }) {
    const { settings } = list;
    if (!settings.advertised && asker.memberships.length === 0) {
      return { said: ['Only members are told about this list.'], failed: true };
    }
    return {
      said: [
        `${settings.displayName || list.name} <${list.address}>`,
        ...(settings.description === '' ? [] : [settings.description]),
        `Join:  ${list.name}-join@${list.domain}`,
        `Leave: ${list.name}-leave@${list.domain}`,
        `Owner: ${list.name}-owner@${list.domain}`,
      ],
    };
  },
};
