import type { Command } from '../model/command.ts';
import { decide } from '../model/deciding.ts';

/** Lets a held posting go to the list, or somebody join or leave. */
export const accept: Command = {
  verbs: ['accept', 'approve'],
  help: 'help-accept',
  once: true,
  async obey({ words }, view) {
    return await decide(view, words, 'accept');
  },
};
