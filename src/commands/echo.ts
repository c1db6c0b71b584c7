import type { Command } from '../model/command.ts';

/** Gives back what it is given: to see what arrives. */
export const echo: Command = {
  verbs: ['echo'],
  usage: 'echo WORDS',
  help: 'Give back the words.',
  obey: ({ words }) => ({ said: [words.join(' ')] }),
};
