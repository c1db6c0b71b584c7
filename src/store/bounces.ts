/**
 * Failures of copies: kept as evidence, weighed, and acted on, all in the transaction of the step
 * that brought them. Who sends the same report again finds his row, and nothing happens.
 */
import type { Change } from '../model/change.ts';
import type { Effect, Failure } from '../model/failure.ts';
import { weigh } from '../model/score.ts';
import type { Settings } from '../model/settings.ts';
import { type Addressee, findAddressee } from './addressee.ts';
import type { Books } from './apply.ts';
import { holdEvent, keepEvent } from './bounce-events.ts';
import { type BouncerRow, bouncerOf, disable, keepBouncer, restart } from './bouncers.ts';
import { log } from './change-log.ts';
import { noteConsent } from './consents.ts';
import type { Known } from './lists.ts';
import { removeMember } from './member-admin.ts';
import { q, query } from './sql.ts';
import { type Blow, breakStorm, openStormFor } from './storms.ts';

const postingOf = query((p: { list: number; messageId: string }) =>
  q
    .selectFrom('posting')
    .select('root')
    .where('list', '=', p.list)
    .where('message_id', '=', p.messageId)
    .orderBy('number', 'desc')
    .limit(1),
);

export function applyBounced(
  books: Books,
  change: Extract<Change, { kind: 'bounced' }>,
): undefined {
  const list = books.lists.find(change.list);
  if (!list) return;
  for (const failure of change.failures) register(books, list, failure);
}

/** Books one failure; undefined where it was booked before. */
export function register(books: Books, list: Known, failure: Failure): Effect | undefined {
  const traced = trace(books, list, failure);
  const who = findAddressee(books.db, list, traced);
  if (!who) return strange(books, list, traced);
  if (traced.via === 'complaint') return complain(books, list, traced, who);
  const bouncer = current(books, who);
  const decided = decide(books, list, traced, who, bouncer);
  const seq = keepEvent(books, list, traced, who, bouncer, decided);
  if (seq === undefined) return undefined;
  const storm =
    decided.storm === undefined && list.view.settings.bounceProcessing
      ? breakStorm(books, list, blowOf(traced, who))
      : undefined;
  if (storm !== undefined && isStopped(decided.effect)) {
    // What came before it was taken back by the storm; this one never counts.
    holdEvent(books.db, seq, storm);
    keepBouncer(books.db, { ...bouncer, last_event: seq });
    return 'held';
  }
  act(books, list, who, bouncer, decided, seq);
  return decided.effect;
}

/** Adds the mailing, where the Message-ID of what came back is that of a posting. */
function trace({ db }: Books, list: Known, failure: Failure): Failure {
  if (failure.mailing !== undefined || failure.messageId === undefined) return failure;
  const root = db.get(postingOf, { list: list.seq, messageId: failure.messageId })?.root;
  return root === undefined ? failure : { ...failure, mailing: root, proof: 'message' };
}

/** As the storm guard sees it. Probes are no mailing together: they are tallied by day. */
function blowOf(failure: Failure, { domain }: Addressee): Blow {
  return failure.via === 'probe'
    ? { ...failure, mailing: undefined, domain }
    : { ...failure, domain };
}

/** The books on a bouncer; what was before somebody enabled him again is past. */
function current({ db }: Books, who: Addressee): BouncerRow {
  const row = bouncerOf(db, who);
  return row.disabled_at !== null && who.status === 'enabled' ? restart(row) : row;
}

type Decided = {
  readonly effect: Effect;
  readonly weight: number;
  readonly score: number;
  readonly countedAt: number | null;
  readonly storm?: number;
};

function isStopped(effect: Effect): boolean {
  return effect === 'counted' || effect === 'disabled' || effect === 'probed';
}

function decide(
  { db, now }: Books,
  list: Known,
  failure: Failure,
  who: Addressee,
  bouncer: BouncerRow,
): Decided {
  const { settings } = list.view;
  const old = { score: bouncer.score, countedAt: bouncer.counted_at };
  const as = (effect: Effect): Decided => ({ ...old, effect, weight: 0 });
  if (!settings.bounceProcessing) return as('off');
  if (who.status !== 'enabled') return as('residual');
  if (isUnproven(failure, settings)) return as('unproven');
  const weighed = weigh(old, failure.cause, now, settings);
  const storm = openStormFor(db, list, blowOf(failure, who), now);
  if (storm) return { ...as(storm.state === 'dropped' ? 'dropped' : 'held'), storm: storm.seq };
  if (failure.via === 'probe') return as(weighed.kind === 'ours' ? 'ours' : 'disabled');
  if (weighed.kind === 'ours') return as('ours');
  if (weighed.kind === 'same-day') return as('same-day');
  if (weighed.kind === 'counted') return { ...weighed, effect: 'counted' };
  return { ...weighed, effect: settings.bounceProbe ? 'probed' : 'disabled' };
}

/** Where every copy has a return path of its own, a bounce without one is not ours, or forged. */
function isUnproven({ proof }: Failure, { verp }: Settings): boolean {
  return verp === 'always' && (proof === 'none' || proof === 'message');
}

function act(
  books: Books,
  list: Known,
  who: Addressee,
  bouncer: BouncerRow,
  { effect, score, countedAt }: Decided,
  seq: number,
): void {
  const { db, now } = books;
  const next = { ...bouncer, score, counted_at: countedAt, last_event: seq };
  if (effect === 'probed') {
    // The probe decides: the score begins anew, so that one probe is out at a time.
    keepBouncer(db, { ...next, score: 0, probe_due: now });
  } else if (effect === 'disabled') {
    keepBouncer(db, { ...next, probe_due: null, probed_at: null });
    disable(books, list, who, seq);
  } else keepBouncer(db, next);
}

/** A complaint acts at once where it is about a copy that is surely ours; else it is only told. */
function complain(books: Books, list: Known, failure: Failure, who: Addressee): Effect | undefined {
  const { complaintAction } = list.view.settings;
  // What vouches for the mailing alone any of its recipients may have seen, and used on another.
  const wanted = failure.proof === 'recipient' ? complaintAction : 'nothing';
  const effect = { nothing: 'noted', stop: 'stopped', remove: 'removed' } as const;
  const bouncer = current(books, who);
  const decided = { effect: effect[wanted], weight: 0 };
  const seq = keepEvent(books, list, failure, who, bouncer, decided);
  if (seq === undefined) return undefined;
  keepBouncer(books.db, { ...bouncer, last_event: seq });
  if (wanted === 'remove') {
    removeMember(books.db, books, list, 'member', who.key);
    const what = { list: list.view.id, address: who.address, key: who.key, event: 'left' } as const;
    noteConsent(books.db, books, what, { way: 'he complained', asked: '', confirmed: '' });
  }
  if (wanted === 'stop' && who.status === 'enabled') stop(books, list, who);
  return decided.effect;
}

const setStatus = query((p: { number: number; now: number }) =>
  q
    .updateTable('member')
    .set({ status: 'by-owner', status_since: p.now })
    .where('number', '=', p.number),
);

function stop({ db, now, cause }: Books, list: Known, who: Addressee): void {
  db.run(setStatus, { number: who.number, now });
  log(db, { cause, now }, { list: list.view.id, kind: 'complaint-stopped', subject: who.key });
}

/** Evidence about an address that is no member's; nothing comes of it. */
function strange(books: Books, list: Known, failure: Failure): Effect {
  const key = failure.addresses[0] ?? '';
  const domain = key.slice(key.lastIndexOf('@') + 1);
  const nobody = { number: null, key, domain };
  keepEvent(books, list, failure, nobody, undefined, { effect: 'stranger', weight: 0 });
  return 'stranger';
}
