import type { Command } from '../model/command.ts';
import { claim as claimHeld } from '../model/deciding.ts';

/** Tells the other moderators that one of them looks after a held posting. */
export const claim: Command = {
  verbs: ['claim'],
  usage: 'claim TOKEN',
  help: 'For moderators: tell the others that you look after it.',
  once: true,
  async obey({ words }, view) {
    return await claimHeld(view, words);
  },
};
