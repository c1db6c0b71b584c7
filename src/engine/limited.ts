/** Keeps what strangers can make us write within its limits. */
import { type Address, addressKey } from '../mail/address.ts';
import { authorOf } from '../mail/author.ts';
import type { HeaderBlock } from '../mail/types.ts';
import type { Change } from '../model/change.ts';
import { dayMs, isTooMany } from '../model/change-subscription.ts';
import type { ListView } from '../model/list.ts';
import { isShownReal, limitsOf } from './command-view.ts';
import type { Desk } from './desk.ts';

/**
 * The change that counts one more automatic message to `to`, the envelope sender of a posting, if
 * there is room for it. Only where a trusted host says that it is he who wrote is he no stranger:
 * that an address is on the list proves nothing about who used it.
 */
export async function roomFor(
  { books, config, now }: Pick<Desk, 'books' | 'config' | 'now'>,
  list: ListView,
  to: Address,
  headers: HeaderBlock,
): Promise<Change | undefined> {
  const target = addressKey(to);
  const author = authorOf(headers);
  const isHis = author !== undefined && addressKey(author) === target;
  const { proven, stranger } = limitsOf(config);
  const limits = isHis && isShownReal(headers, config) ? proven : stranger;
  const known = await books.people.bothered(target, target, now - dayMs);
  if (isTooMany(known, limits, now)) return undefined;
  return { kind: 'bothered', list: list.id, target, source: target, limits };
}
