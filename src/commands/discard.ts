import type { Command } from '../model/command.ts';
import { decide } from '../model/deciding.ts';

/** Removes a held posting without a word. */
export const discard: Command = {
  verbs: ['discard'],
  help: 'help-discard',
  once: true,
  async obey({ words }, view) {
    return await decide(view, words, 'discard');
  },
};
