/** Keeps what strangers can make us write within its limits. */
import { type Address, addressKey } from '../mail/address.ts';
import type { Change } from '../model/change.ts';
import { dayMs, isTooMany } from '../model/change-subscription.ts';
import type { ListView } from '../model/list.ts';
import { strangerLimits } from './command-view.ts';
import type { Desk } from './desk.ts';

/** Notices a day to somebody on the list, whose mistakes are most likely his own. */
const memberDay = 10;

/**
 * The change that counts one more automatic message to `to`, caused by mail from `source`, if
 * there is room for it. Whoever is on the list may make more mistakes than a stranger whose
 * address is perhaps forged.
 */
export async function roomFor(
  { books, config, now }: Pick<Desk, 'books' | 'config' | 'now'>,
  list: ListView,
  to: Address,
  source: string,
): Promise<Change | undefined> {
  const target = addressKey(to);
  const strict = strangerLimits(config);
  const isKnown = (await books.memberships(list.id, target)).some(
    ({ role }) => role !== 'nonmember',
  );
  const limits = isKnown ? { ...strict, targetHour: memberDay, targetDay: memberDay } : strict;
  const known = await books.people.bothered(target, source, now - dayMs);
  if (isTooMany(known, limits, now)) return undefined;
  return { kind: 'bothered', list: list.id, target, source, limits };
}
