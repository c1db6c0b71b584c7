/** What a person may have done to an entry: begin anew, go elsewhere, be deleted. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError, unreachable } from '../ground/errors.ts';
import type { Change } from '../model/change.ts';
import type { EntryMeta, Work } from '../model/entry.ts';
import type { ListId } from '../model/ids.ts';
import { finish, later, letter, type Outcome } from '../model/outcome.ts';
import { isQueueName } from '../model/queues.ts';
import { progressFile } from '../spool/layout.ts';
import { removeParked } from '../spool/parked.ts';
import type { Place } from '../spool/places.ts';
import { open, progressSince, readProgress } from '../spool/progress.ts';
import type { OpenClaim, Spool } from '../spool/spool.ts';
import type { Hand, Taken } from './hand.ts';

/** One entry was dealt with, or why not. */
export type Dealt = { readonly ok: boolean; readonly text: string };

/** The queues into which a person may move mail: what the suite makes itself, it makes again. */
const openQueues = ['incoming', 'pipeline', 'archive', 'bounce', 'command'] as const;
export type OpenQueue = (typeof openQueues)[number];

/** Checks the name of a queue into which mail may be put by hand. */
export function wantOpenQueue(text: string): OpenQueue {
  const found = openQueues.find((queue) => queue === text);
  if (found) return found;
  const why = isQueueName(text) ? `only the suite writes into ${text}` : `no queue ${text}`;
  throw new UsageError(`${why}; there are ${openQueues.join(', ')}`);
}

/** The work that mail of a person's is in a queue. */
export function workIn(queue: OpenQueue): Work {
  switch (queue) {
    case 'incoming':
      return { kind: 'mail', via: 'inject' };
    case 'pipeline':
      return { kind: 'posting', approved: true };
    case 'archive':
      return { kind: 'archive' };
    case 'bounce':
      return { kind: 'bounce' };
    case 'command':
      return { kind: 'command', to: 'request' };
    default:
      return unreachable(queue);
  }
}

export type Requeue = {
  /** Elsewhere than where it came from. */
  readonly to?: OpenQueue | undefined;
  /** The list of it, where the entry does not say and the queue wants one. */
  readonly list?: ListId | undefined;
  /** The number of the posting, where it becomes one. */
  readonly changes?: readonly Change[] | undefined;
  /** Due at once, also where it waits for its next try. */
  readonly atOnce: boolean;
  readonly now: number;
};

/** The step is run again as if for the first time: tries and attempts begin anew. */
export async function requeue(hand: Hand, place: Place, order: Requeue): Promise<Dealt> {
  const taken = await hand.take(place);
  if (taken.kind !== 'taken') return refusal(place, taken);
  const { claim } = taken;
  const { to, now } = order;
  const stays = to === undefined || to === place.queue;
  const { kind } = claim.meta.work;
  if (!stays && (kind === 'batch' || kind === 'mailing')) {
    await hand.putBack(place, claim);
    return { ok: false, text: `${claim.meta.id} is a ${kind}: it can only stay in its queue.` };
  }
  const outcome = stays ? again(claim, place, order) : elsewhere(claim.meta, to, order);
  await hand.settle(place, claim, outcome, now);
  const queue = to ?? place.queue;
  tell(hand, 'requeued', place, claim.meta, { to: queue });
  return { ok: true, text: `${claim.meta.id} is in ${queue} again.` };
}

function again({ meta }: OpenClaim, place: Place, { atOnce, now }: Requeue): Outcome {
  const at = place.kind === 'waiting' && !atOnce ? meta.due : now;
  return { fate: later(at, { work: afresh(meta.work), attempts: 0, why: 'by hand' }) };
}

/** The time that is given to a batch counts from its next attempt on. */
function afresh(work: Work): Work {
  if (work.kind !== 'batch') return work;
  const { since, ...rest } = work;
  return rest;
}

function elsewhere(meta: EntryMeta, to: OpenQueue, { list, changes, now }: Requeue): Outcome {
  const put = letter(to, meta, workIn(to), { key: 'hand', list: list ?? meta.list, due: now });
  return { ...(changes ? { changes } : {}), puts: [put], fate: finish };
}

/** Removes an entry for good. A mailing is told, so that its tally comes to an end. */
export async function remove(hand: Hand, spool: Spool, place: Place, now: number): Promise<Dealt> {
  const taken = await hand.take(place);
  if (taken.kind === 'broken' && place.kind === 'parked') {
    if (!removeParked(spool, place)) return refusal(place, { kind: 'gone' });
    tell(hand, 'deleted', place, undefined, { why: taken.reason });
    return { ok: true, text: `${place.id} is deleted.` };
  }
  if (taken.kind !== 'taken') return refusal(place, taken);
  const { claim } = taken;
  await hand.settle(place, claim, { changes: farewell(claim), fate: finish }, now);
  tell(hand, 'deleted', place, claim.meta, {});
  return { ok: true, text: `${claim.meta.id} is deleted.` };
}

/** What the books must hear when work on a mailing ends before its time. */
function farewell({ meta, folder }: OpenClaim): readonly Change[] {
  const { work, list } = meta;
  if (work.kind === 'mailing') {
    return [{ kind: 'cut', list, mailing: meta.id, batches: 0, recipients: 0, last: true }];
  }
  if (work.kind !== 'batch') return [];
  const news = progressSince(folder, work.reported);
  const { states } = readProgress(folder, work.recipients.length);
  const untold = states.filter((state) => state === open).length;
  return [
    {
      kind: 'handed',
      mailing: work.mailing,
      list,
      delivered: news.delivered,
      refused: news.refused.length,
      failed: news.failed + untold,
      done: true,
    },
  ];
}

/** Why an entry was left alone, for a person. */
export function refusal(place: Place, taken: Exclude<Taken, { kind: 'taken' }>): Dealt {
  switch (taken.kind) {
    case 'in-work':
      return { ok: false, text: `${place.id} is in work (${taken.worker}): left alone.` };
    case 'gone':
      return { ok: false, text: `${place.id} was taken meanwhile: nothing was done.` };
    case 'broken':
      return {
        ok: false,
        text: `${place.id}: ${taken.reason}; "listmill spool check --repair" parks it as bad.`,
      };
    default:
      return unreachable(taken);
  }
}

/** One line in the log, so that the entry's way can be found there. */
export function tell(
  hand: Hand,
  event: string,
  place: Place,
  meta: EntryMeta | undefined,
  more: Readonly<Record<string, unknown>>,
): void {
  const from = place.kind === 'parked' ? place.where : place.kind;
  const list = meta?.list === undefined ? {} : { list: meta.list };
  hand.log.info({ event, entry: meta?.id ?? place.id, ...list, queue: place.queue, from, ...more });
}

/** How far a batch is, in recipients; undefined for what is no batch. */
export function batchProgress(
  folder: string,
  work: Work,
): Readonly<Record<'open' | 'delivered' | 'refused' | 'failed', number>> | undefined {
  if (work.kind !== 'batch') return undefined;
  const counts = [0, 0, 0, 0];
  const { states } = existsSync(join(folder, progressFile))
    ? readProgress(folder, work.recipients.length)
    : { states: new Uint8Array(work.recipients.length) };
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1;
  const [left = 0, delivered = 0, refused = 0, failed = 0] = counts;
  return { open: left, delivered, refused, failed };
}
