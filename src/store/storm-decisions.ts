/** A person decides about a storm: its failures count after all, or mean nothing. */
import { exit, UsageError } from '../ground/errors.ts';
import type { Effect } from '../model/failure.ts';
import { weigh } from '../model/score.ts';
import { findAddressee } from './addressee.ts';
import type { Books } from './apply.ts';
import type { StormState } from './bounce-tables.ts';
import { bouncerOf, disable, keepBouncer } from './bouncers.ts';
import type { EventRecord } from './care-evidence.ts';
import { log } from './change-log.ts';
import type { Known } from './lists.ts';
import { q, query } from './sql.ts';

/** Failures in one transaction: a mailing must not wait for long. */
const page = 500;

const find = query((p: { seq: number }) =>
  q
    .selectFrom('bounce_storm')
    .innerJoin('list', 'list.seq', 'bounce_storm.list')
    .select(['list.id', 'bounce_storm.state'])
    .where('bounce_storm.seq', '=', p.seq),
);
const setState = query((p: { seq: number; state: StormState; now: number; by: string }) =>
  q
    .updateTable('bounce_storm')
    .set({ state: p.state, decided_at: p.now, decided_by: p.by })
    .where('seq', '=', p.seq),
);
const drop = query((p: { seq: number }) =>
  q
    .updateTable('bounce_event')
    .set({ effect: 'dropped' })
    .where('storm', '=', p.seq)
    .where('effect', '=', 'held'),
);
const nextHeld = query((p: { seq: number; after: number; limit: number }) =>
  q
    .selectFrom('bounce_event')
    .selectAll()
    .where('storm', '=', p.seq)
    .where('effect', '=', 'held')
    .where('seq', '>', p.after)
    .orderBy('seq')
    .limit(p.limit),
);
const setEffect = query((p: { seq: number; effect: Effect; weight: number }) =>
  q
    .updateTable('bounce_event')
    .set({ effect: p.effect, weight: p.weight })
    .where('seq', '=', p.seq),
);

type By = Pick<Books, 'db' | 'lists' | 'now' | 'cause'>;

/** The list of a storm; refused when there is none, or when it was decided otherwise. */
function wantStorm({ db, lists }: By, storm: number, state: StormState): Known {
  const row = db.get(find, { seq: storm });
  const list = row && lists.find(row.id);
  if (!row || !list) throw new UsageError(`no storm ${storm}`, exit.noInput);
  if (row.state === 'open' || row.state === state) return list;
  throw new UsageError(`storm ${storm} is ${row.state} already`, exit.failure);
}

/** Its failures mean nothing, nor does what still comes of it. Gives their number. */
export function dropStorm(by: By, storm: number): number {
  const { db, now, cause } = by;
  return db.transaction(() => {
    const list = wantStorm(by, storm, 'dropped');
    db.run(setState, { seq: storm, state: 'dropped', now, by: cause });
    const dropped = db.run(drop, { seq: storm }).changes;
    const detail = { failures: dropped };
    const subject = String(storm);
    log(db, by, { list: list.view.id, kind: 'bounce-storm-dropped', subject, detail });
    return dropped;
  });
}

/** Its failures count, as if they came now; page by page, and going on where it was cut off. */
export async function releaseStorm(by: By, storm: number): Promise<number> {
  const { db, now, cause } = by;
  const list = db.transaction(() => {
    const found = wantStorm(by, storm, 'released');
    db.run(setState, { seq: storm, state: 'released', now, by: cause });
    const subject = String(storm);
    log(db, by, { list: found.view.id, kind: 'bounce-storm-released', subject });
    return found;
  });
  let released = 0;
  for (let after = 0; ; ) {
    const rows = db.all(nextHeld, { seq: storm, after, limit: page });
    db.transaction(() => {
      for (const row of rows) count(by, list, row);
    });
    released += rows.length;
    const last = rows.at(-1);
    if (!last || rows.length < page) return released;
    after = last.seq;
    await new Promise<void>((resume) => setImmediate(resume));
  }
}

function count(by: By, list: Known, event: EventRecord): void {
  const { db, now } = by;
  const { settings } = list.view;
  const who = findAddressee(db, list, { member: event.member ?? 0, addresses: [] });
  if (who?.status !== 'enabled') {
    db.run(setEffect, { seq: event.seq, effect: 'residual', weight: 0 });
    return;
  }
  const bouncer = bouncerOf(db, who);
  const old = { score: bouncer.score, countedAt: bouncer.counted_at };
  const weighed = weigh(old, event.cause, now, settings);
  const { kind, weight, score, countedAt } = weighed;
  const effect = kind === 'ours' || kind === 'same-day' ? kind : 'released';
  db.run(setEffect, { seq: event.seq, effect, weight });
  if (kind === 'over' && settings.bounceProbe) {
    keepBouncer(db, { ...bouncer, score: 0, counted_at: countedAt, probe_due: now });
  } else {
    keepBouncer(db, { ...bouncer, score, counted_at: countedAt });
    if (kind === 'over') disable(by, list, who, event.seq);
  }
}
