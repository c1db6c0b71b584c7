import { parseAddress } from '../mail/address.ts';
import type { Command } from '../model/command.ts';
import { leaveAtOnce, subscribe } from '../model/subscribing.ts';

/** Leaves, or with `address=` asks another address whether it wants to. */
export const leave: Command = {
  verbs: ['leave', 'unsubscribe', 'remove', 'signoff'],
  help: 'help-leave',
  ofMember: true,
  once: true,
  async obey({ words }, view) {
    const { asker } = view;
    if (view.byLink) return await leaveAtOnce(view, asker);
    const named = words.find((word) => word.startsWith('address='))?.slice('address='.length);
    const rest = words.filter((word) => !word.startsWith('address='));
    // "Leave me alone" is no order.
    if (rest.length > 0) {
      return {
        said: [{ phrase: 'not-understood', values: { text: rest.join(' ') } }],
        failed: true,
      };
    }
    if (named === undefined) {
      return await subscribe(view, asker, { kind: 'ask', wish: 'leave', proven: asker.proven });
    }
    const address = parseAddress(named);
    if (!address)
      return { said: [{ phrase: 'no-address', values: { text: named } }], failed: true };
    const event = { kind: 'ask', wish: 'leave', proven: false } as const;
    const answer = await subscribe(view, { address, name: '' }, event);
    const said = [{ phrase: 'maybe-leave', values: { address } } as const];
    return { ...answer, said, failed: false };
  },
};
