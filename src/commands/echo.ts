import type { Command } from '../model/command.ts';

/** Gives back what it is given: to see what arrives. */
export const echo: Command = {
  verbs: ['echo'],
  help: 'help-echo',
  obey: ({ words }) => ({ said: [words.join(' ')] }),
};
