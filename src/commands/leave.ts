import type { Command } from '../model/command.ts';
import { leaveAtOnce } from '../model/subscribing.ts';
import { wish } from '../model/wishing.ts';

/** Leaves, or with `address=` asks another address whether it wants to. */
export const leave: Command = {
  verbs: ['leave', 'unsubscribe', 'remove', 'signoff'],
  help: 'help-leave',
  ofMember: true,
  once: true,
  obey: async (order, view) =>
    view.byLink ? await leaveAtOnce(view, view.asker) : await wish('leave', order, view),
};
