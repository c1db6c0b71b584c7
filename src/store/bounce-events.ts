/** Failures as they stand in the books: evidence that is written once. */
import type { Effect, Failure } from '../model/failure.ts';
import type { Books } from './apply.ts';
import type { BouncerRow } from './bouncers.ts';
import type { Known } from './lists.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';
import type { Tables } from './tables.ts';

/** Longest answer of a server that is kept, characters. */
const maxDiagnostic = 1000;

type EventRow = Omit<Tables['bounce_event'], 'seq'>;

const addEvent = query((p: EventRow) =>
  q
    .insertInto('bounce_event')
    .values({
      list: p.list,
      member: p.member,
      address: p.address,
      domain: p.domain,
      mailing: p.mailing,
      via: p.via,
      proof: p.proof,
      cause: p.cause,
      status: p.status,
      diagnostic: p.diagnostic,
      detector: p.detector,
      entry: p.entry,
      at: p.at,
      effect: p.effect,
      weight: p.weight,
      counted_before: p.counted_before,
      previous: p.previous,
      storm: p.storm,
      told: p.told,
    })
    .onConflict((conflict) => conflict.doNothing()),
);
const setEffect = query((p: { seq: number; effect: Effect; storm: number | null }) =>
  q
    .updateTable('bounce_event')
    .set({ effect: p.effect, weight: 0, storm: p.storm })
    .where('seq', '=', p.seq),
);
/** Under this name a failure counts once for a member. */
function onceKey({ via, mailing, report }: Failure): string {
  const key = mailing ?? `~${report}`;
  // Who complains of a copy that also bounced has done two things.
  if (via === 'complaint') return `!${key}`;
  return via === 'probe' ? `~${key}` : key;
}

/** Writes the event; undefined where it is there already. */
export function keepEvent(
  { db, now, cause: entry }: Books,
  list: Known,
  failure: Failure,
  who: { readonly number: number | null; readonly key: string; readonly domain: string },
  bouncer: BouncerRow | undefined,
  what: { readonly effect: Effect; readonly weight: number; readonly storm?: number },
): number | undefined {
  const { effect, weight, storm } = what;
  const { changes, lastKey } = db.run(addEvent, {
    list: list.seq,
    member: who.number,
    address: who.key,
    domain: who.domain,
    mailing: onceKey(failure),
    via: failure.via,
    proof: failure.proof,
    cause: failure.cause,
    status: failure.status,
    diagnostic: failure.diagnostic.slice(0, maxDiagnostic),
    detector: failure.detector,
    entry,
    at: now,
    effect,
    weight,
    counted_before: bouncer?.counted_at ?? null,
    previous: bouncer?.last_event ?? null,
    storm: storm ?? null,
    told: failure.via === 'complaint' ? 0 : 1,
  });
  return changes === 0 ? undefined : lastKey;
}

/** It belongs to a storm: it never counts, whatever was thought of it. */
export function holdEvent(db: Database, seq: number, storm: number): void {
  db.run(setEffect, { seq, effect: 'held', storm });
}
