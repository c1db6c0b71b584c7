/**
 * mailing - cut the roster into batches, slice by slice
 *
 * A slice is a step of its own, so a mailing to a million is handed over from its first slice on,
 * another one gets its turn in between, and a crash repeats no slice. The snapshot is the highest
 * member number at acceptance: who joined later is not in it, who left before his slice is cut
 * gets nothing, and everybody else is cut exactly once, because numbers never change.
 *
 * Store:  reads the roster; writes the mailing's totals
 * Fails:  store or disk not ready, the mailing waits
 * Bugs:   recipients are sorted by domain within a slice, not over the whole roster
 */
import { defineRunner } from '../src/engine/define.ts';
import type { Desk, Slice } from '../src/engine/desk.ts';
import { restMs } from '../src/engine/mailing-watch.ts';
import type { AddressKey } from '../src/mail/address.ts';
import type { Audience } from '../src/model/audience.ts';
import type { Recipient, WorkOf } from '../src/model/entry.ts';
import type { EntryId, ListId } from '../src/model/ids.ts';
import { finish, type Letter, later, letter, type Outcome, park } from '../src/model/outcome.ts';

export const runner = defineRunner(
  { reads: 'mailing', writes: ['outgoing'], batch: 8 },
  async (entry, desk) => {
    const { meta } = entry;
    const { work } = meta;
    if (work.kind !== 'mailing' || !meta.list) {
      return { fate: park('shunt', `no mailing but ${work.kind}`) };
    }
    const order = await desk.books.mailings.order(meta.id);
    if (order === 'pause') return { fate: later(desk.now + restMs, { why: 'paused' }) };
    if (order === 'cancel') return cancelled(meta.list, meta.id);
    const slice = await cutSlice(desk, meta.list, work);
    const groups = batchesOf(slice.recipients, desk.config.outgoing.batchRecipients);
    const puts = groups.map(
      (recipients, n): Letter<'outgoing'> =>
        letter(
          'outgoing',
          meta,
          {
            kind: 'batch',
            mailing: meta.id,
            mode: work.mode,
            returnPath: work.returnPath,
            ...(work.dsn === undefined ? {} : { dsn: work.dsn }),
            ...(work.personal === undefined ? {} : { personal: work.personal }),
            recipients,
            reported: 0,
          },
          { key: `b${work.batches + n}` },
        ),
    );
    const cut = { batches: puts.length, recipients: slice.recipients.length, last: slice.done };
    const next: WorkOf<'mailing'> = {
      ...work,
      audience: slice.audience,
      cursor: slice.cursor,
      batches: work.batches + puts.length,
      recipients: work.recipients + slice.recipients.length,
    };
    return {
      changes: [{ kind: 'cut', list: meta.list, mailing: meta.id, ...cut }],
      puts,
      fate: slice.done ? finish : later(desk.now, { work: next }),
      tell: { event: 'cut', ...cut },
    };
  },
);

/** Nobody else is cut; what was cut before ends in `outgoing`. */
function cancelled(list: ListId, mailing: EntryId): Outcome<'outgoing'> {
  const nobody = { batches: 0, recipients: 0, last: true };
  return {
    changes: [{ kind: 'cut', list, mailing, ...nobody }],
    fate: finish,
    tell: { event: 'cancelled' },
  };
}

/** A slice of the list, or of one of those that it includes; and who is left after it. */
async function cutSlice(
  desk: Desk,
  list: ListId,
  work: WorkOf<'mailing'>,
): Promise<Slice & { readonly audience: Audience }> {
  const { audience, cursor } = work;
  if (audience.kind === 'owners') {
    const owners = await desk.books.owners(list);
    // A list without owners still has somebody who must hear what is sent to them.
    const to = owners.length > 0 ? owners : [desk.config.site.owner];
    return {
      recipients: to.map((address): Recipient => [address]),
      cursor: 0,
      done: true,
      audience,
    };
  }
  const { sliceRecipients, batchRecipients } = desk.config.outgoing;
  // The first slice is small, so that its recipients need not wait; then each is as large as all
  // before it, because what a slice costs besides its recipients is the same for all sizes.
  const limit = Math.min(sliceRecipients, Math.max(batchRecipients, work.recipients));
  if (audience.kind === 'issue') {
    const { issue, variant } = audience;
    const of = { issue, variant, after: cursor, limit };
    return { ...(await desk.books.digests.slice(of, desk.now)), audience };
  }
  const { include = [], walked = 0 } = audience;
  const of = walked === 0 ? list : (include[walked - 1] ?? list);
  const slice = await desk.books.roster(of, {
    after: cursor,
    upTo: audience.upTo,
    limit,
    // They were written as keys by the pipeline.
    author: audience.author as AddressKey | undefined,
    addressed: audience.addressed as AddressKey[],
    thread: audience.thread,
    // Another list has numbers of its own.
    number: walked === 0 ? audience.number : undefined,
    notice: audience.notice,
    crossings: audience.crossings,
    topics: audience.topics,
    urgent: audience.urgent,
    // Whoever is on a list that was cut before has been asked there.
    notOf: walked === 0 ? [] : [list, ...include.slice(0, walked - 1)],
  });
  // Of another list's members the number would say that they are this one's.
  const recipients =
    walked === 0 ? slice.recipients : slice.recipients.map(([address]): Recipient => [address]);
  if (!slice.done || walked >= include.length) return { ...slice, recipients, audience };
  return { recipients, cursor: 0, done: false, audience: { ...audience, walked: walked + 1 } };
}

/** Sorted by domain, so that the MTA finds those that share one in one transaction. */
function batchesOf(recipients: readonly Recipient[], size: number): Recipient[][] {
  const byDomain = new Map<string, Recipient[]>();
  for (const recipient of recipients) {
    const domain = domainOf(recipient[0]);
    const those = byDomain.get(domain);
    if (those) those.push(recipient);
    else byDomain.set(domain, [recipient]);
  }
  const sorted = [...byDomain.keys()].sort().flatMap((domain) => byDomain.get(domain) ?? []);
  const batches: Recipient[][] = [];
  for (let at = 0; at < sorted.length; at += size) batches.push(sorted.slice(at, at + size));
  return batches;
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
