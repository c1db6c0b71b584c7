/**
 * Decisions of people at this machine about held postings.
 *
 * A decision is a change in the books, and the first one counts, whether it came by mail, by
 * command or because the time was over. What was decided comes true where the posting is judged:
 * it waits there again, and `incoming` finds the decision. So a crash between the two leaves a
 * posting that is decided and still parked, which `listmill cron held` sets free.
 */
import { StaleView, UsageError } from '../ground/errors.ts';
import { freshWord } from '../ground/secret.ts';
import type { Change } from '../model/change.ts';
import type { HeldDecision, HeldKey, HeldPosting, SenderDeed } from '../model/held.ts';
import type { EntryId } from '../model/ids.ts';
import type { ListView } from '../model/list.ts';
import { unpark } from '../spool/unpark.ts';
import type { Site } from './site.ts';

export type HeldOrder = {
  readonly entry: EntryId;
  readonly list: ListView;
  readonly decision: HeldDecision;
  readonly reason: string;
  readonly by: string;
  readonly sender?: SenderDeed | undefined;
  /** Who are asked for a second word, should one be needed. */
  readonly keys?: readonly HeldKey[] | undefined;
};

export type HeldAnswer =
  | { readonly kind: 'decided' }
  /** One more person must accept it; `isNew`: nobody had accepted it before. */
  | { readonly kind: 'seconded'; readonly isNew: boolean }
  /** Somebody was faster. */
  | { readonly kind: 'earlier'; readonly posting: HeldPosting }
  | { readonly kind: 'gone' };

/** How often a decision is tried while others decide about the same posting. */
const maxTries = 5;

/** Decides about a posting that the books know, and lets it go on. */
export async function decideHeld(
  site: Pick<Site, 'store' | 'spool'>,
  order: HeldOrder,
  now: number,
): Promise<HeldAnswer> {
  const { entry, list, decision, reason, by, sender, keys } = order;
  const store = await site.store();
  for (let n = 0; n < maxTries; n += 1) {
    const posting = await store.held.posting(entry);
    if (!posting) return { kind: 'gone' };
    if (posting.decided) {
      await release(site, entry, now);
      return { kind: 'earlier', posting };
    }
    const change: Change = {
      kind: 'decided',
      list: list.id,
      entry,
      decision,
      reason,
      by,
      two: list.settings.twoModerators && by !== 'expiry',
      seen: posting.seconds,
      keys: posting.seconds === undefined ? keys : [],
      sender,
    };
    if (!(await applyOne(site, change, now))) continue;
    const after = await store.held.posting(entry);
    if (!after?.decided) return { kind: 'seconded', isNew: posting.seconds === undefined };
    await release(site, entry, now);
    return { kind: 'decided' };
  }
  throw new StaleView(`others decide about ${entry}`);
}

/** Books one change by a person; false where what he saw was not true any more. */
export async function applyOne(
  site: Pick<Site, 'store'>,
  change: Change,
  now: number,
): Promise<boolean> {
  const store = await site.store();
  const cause = `hand-${freshWord()}`;
  const [applied] = await store.apply([{ cause, changes: [change], fate: 'finish' }], now);
  if (applied?.kind !== 'failed') return true;
  if (applied.error instanceof StaleView) return false;
  throw new UsageError('the decision could not be written down', 1, { cause: applied.error });
}

/** Lets a posting about which was decided wait where the decision is carried out. */
export async function release(
  { spool }: Pick<Site, 'spool'>,
  entry: EntryId,
  now: number,
): Promise<boolean> {
  return await unpark(spool, 'held', 'incoming', entry, now);
}
