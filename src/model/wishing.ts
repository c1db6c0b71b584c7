/** How somebody asks by mail to join or to leave: himself, or another whose address he names. */
import { parseAddress } from '../mail/address.ts';
import type { Answer, CommandView, Order } from './command.ts';
import type { Phrase } from './phrases.ts';
import { subscribe } from './subscribing.ts';

const naming = 'address=';

/** The asker's own wish; or with `address=` another is asked: the address's owner must answer. */
export async function wish(
  what: 'join' | 'leave',
  { words }: Order,
  view: CommandView,
): Promise<Answer> {
  const { asker } = view;
  const named = words.find((word) => word.startsWith(naming))?.slice(naming.length);
  const rest = words.filter((word) => !word.startsWith(naming));
  // "Leave me alone" is no order.
  if (rest.length > 0) {
    return failed({ phrase: 'not-understood', values: { text: rest.join(' ') } });
  }
  if (named === undefined) {
    return await subscribe(view, asker, { kind: 'ask', wish: what, proven: asker.proven });
  }
  const address = parseAddress(named);
  if (!address) return failed({ phrase: 'no-address', values: { text: named } });
  const who = { address, name: what === 'join' ? asker.name : '' };
  const answer = await subscribe(view, who, { kind: 'ask', wish: what, proven: false });
  // Who is a member, or banned, is no affair of whoever asks in another's name.
  const said = [{ phrase: `maybe-${what}`, values: { address } } as const];
  return { ...answer, said, failed: false };
}

function failed(said: Phrase): Answer {
  return { said: [said], failed: true };
}
