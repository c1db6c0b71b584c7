import type { Command } from '../model/command.ts';

/** A longer reply is no help. */
const maxShown = 500;

/** The lists of the domain that are advertised. */
export const lists: Command = {
  verbs: ['lists'],
  help: 'help-lists',
  async obey(_, { list, books }) {
    const found: string[] = [];
    for await (const one of books.lists({ domain: list.domain })) {
      if (!one.settings.advertised) continue;
      const { description } = one.settings;
      found.push(`  ${one.address}${description === '' ? '' : `: ${description}`}`);
      if (found.length >= maxShown) break;
    }
    return { said: [{ phrase: 'lists-here', values: { domain: list.domain } }, ...found] };
  },
};
