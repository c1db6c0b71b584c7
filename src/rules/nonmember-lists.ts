import type { Address } from '../mail/address.ts';
import { entryMeaning } from '../model/pattern.ts';
import { reason } from '../model/phrases.ts';
import type { Hit, Posting, Rule } from '../model/posting.ts';

/**
 * What was decided about strangers by address, pattern or membership of another list, in this
 * order: accept, hold, reject, discard. Members, and those about whom something was decided by
 * name, are not asked about here.
 */
export const nonmemberLists: Rule = {
  name: 'nonmember-lists',
  check(posting) {
    const known = posting.memberships.some(
      ({ role, action }) => role !== 'nonmember' || action !== 'default',
    );
    if (known || isAcceptedStranger(posting)) return undefined;
    const { holdNonmembers, rejectNonmembers, discardNonmembers } = posting.list.settings;
    return (
      listed(posting, holdNonmembers, 'note') ??
      listed(posting, rejectNonmembers, 'reject') ??
      listed(posting, discardNonmembers, 'discard')
    );
  },
};

/** Whether a stranger may post like a member; `members-only` asks, too. */
export function isAcceptedStranger(posting: Posting): boolean {
  return found(posting, posting.list.settings.acceptNonmembers) !== undefined;
}

function listed(
  posting: Posting,
  entries: readonly string[],
  action: NonNullable<Hit['action']>,
): Hit | undefined {
  const hit = found(posting, entries);
  if (hit === undefined) return undefined;
  return { why: reason('stranger-listed', hit), action };
}

function found(
  { senders, memberOf }: Posting,
  entries: readonly string[],
): { readonly sender: Address; readonly entry: string } | undefined {
  for (const sender of senders) {
    const entry = entryMeaning(entries, sender, (list) => memberOf.has(list));
    if (entry !== undefined) return { sender, entry };
  }
  return undefined;
}
