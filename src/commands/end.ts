import type { Command } from '../model/command.ts';

/** What follows is no order: a signature, a quotation. */
export const end: Command = {
  verbs: ['end', 'stop', 'quit'],
  help: 'help-end',
  obey: () => ({ said: [], ends: true }),
};
