import type { Command } from '../model/command.ts';
import { claim as claimHeld } from '../model/deciding.ts';

/** Tells the other moderators that one of them looks after a held posting. */
export const claim: Command = {
  verbs: ['claim'],
  help: 'help-claim',
  once: true,
  async obey({ words }, view) {
    return await claimHeld(view, words);
  },
};
