import { parseAddress } from '../mail/address.ts';
import type { Command } from '../model/command.ts';
import { subscribe } from '../model/subscribing.ts';

/** Joins, or with `address=` asks another address whether it wants to: its owner must answer. */
export const join: Command = {
  verbs: ['join', 'subscribe'],
  help: 'help-join',
  once: true,
  async obey({ words }, view) {
    const { asker } = view;
    const named = words.find((word) => word.startsWith('address='))?.slice('address='.length);
    const rest = words.filter((word) => !word.startsWith('address='));
    if (rest.length > 0) {
      return {
        said: [{ phrase: 'not-understood', values: { text: rest.join(' ') } }],
        failed: true,
      };
    }
    if (named === undefined) {
      return await subscribe(view, asker, { kind: 'ask', wish: 'join', proven: asker.proven });
    }
    const address = parseAddress(named);
    if (!address)
      return { said: [{ phrase: 'no-address', values: { text: named } }], failed: true };
    const event = { kind: 'ask', wish: 'join', proven: false } as const;
    const answer = await subscribe(view, { address, name: asker.name }, event);
    // Who is a member, or banned, is no affair of whoever asks in another's name.
    const said = [{ phrase: 'maybe-join', values: { address } } as const];
    return { ...answer, said, failed: false };
  },
};
