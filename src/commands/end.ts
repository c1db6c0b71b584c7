import type { Command } from '../model/command.ts';

/** What follows is no order: a signature, a quotation. */
export const end: Command = {
  verbs: ['end', 'stop', 'quit'],
  usage: 'end',
  help: 'Nothing after this line is read.',
  obey: () => ({ said: [], ends: true }),
};
