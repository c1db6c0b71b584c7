import type { Command } from '../model/command.ts';
import type { Line } from '../model/phrases.ts';

const maxShown = 500;

/** On which lists here the sender is; the answer goes to his own address and to no other. */
export const which: Command = {
  verbs: ['which'],
  help: 'help-which',
  async obey(_, { asker, books }) {
    const found: Line[] = [];
    for await (const own of books.members({ key: asker.key })) {
      if (own.role === 'nonmember') continue;
      const list = await books.list(own.list);
      const values = { at: list?.address ?? own.list, role: own.role };
      found.push({ phrase: 'on-list', values });
      if (found.length >= maxShown) break;
    }
    const values = { address: asker.address };
    if (found.length === 0) return { said: [{ phrase: 'on-no-list', values }] };
    return { said: [{ phrase: 'on-lists', values }, ...found] };
  },
};
