import type { Command } from '../model/command.ts';
import { decide } from '../model/deciding.ts';

/** Sends a held posting back with a reason, or refuses to let somebody join or leave. */
export const reject: Command = {
  verbs: ['reject', 'refuse'],
  help: 'help-reject',
  once: true,
  async obey({ words }, view) {
    return await decide(view, words, 'reject');
  },
};
