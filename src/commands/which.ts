import type { Command } from '../model/command.ts';

const maxShown = 500;

/** On which lists here the sender is; the answer goes to his own address and to no other. */
export const which: Command = {
  verbs: ['which'],
  usage: 'which',
  help: 'Show the lists here that you are on.',
  async obey(_, { asker, books }) {
    const found: string[] = [];
    for await (const own of books.members({ key: asker.key })) {
      if (own.role === 'nonmember') continue;
      const list = await books.list(own.list);
      found.push(`  ${list?.address ?? own.list}: ${own.role}`);
      if (found.length >= maxShown) break;
    }
    if (found.length === 0) return { said: [`${asker.address} is on no list here.`] };
    return { said: [`${asker.address} is on:`, ...found] };
  },
};
