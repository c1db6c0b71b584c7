import type { Command } from '../model/command.ts';
import { decide } from '../model/deciding.ts';

/** Lets a held posting go to the list, or somebody join or leave. */
export const accept: Command = {
  verbs: ['accept', 'approve'],
  usage: 'accept TOKEN',
  help: 'For moderators: accept what waits; the token is in the notice.',
  once: true,
  async obey({ words }, view) {
    return await decide(view, words, 'accept');
  },
};
