/**
 * Failures that are ours to mend: a server refuses our mail for what it is or whence it comes.
 * They count for nobody; the owners are told of them, at once the first time, then once a day.
 */
import type { OursTold } from '../model/care.ts';
import type { Known } from './lists.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

/** A step of the migrations: how far the owners of each list know. */
export const oursTables = `
create table bounce_ours (
  list integer primary key references list (seq) on delete cascade,
  told_seq integer not null,
  told_at integer not null
) strict;
`;

export type OursTables = { bounce_ours: { list: number; told_seq: number; told_at: number } };

const dayMs = 86_400_000;
/** Rounds are hourly: a letter a day must not become one in 25 hours. */
const slackMs = 3_600_000;
/** What is older is no news. */
const newsMs = 7 * dayMs;
/** Different answers in one letter, the commonest first. */
const maxKinds = 20;

const heard = query((p: { list: number }) =>
  q.selectFrom('bounce_ours').select(['told_seq', 'told_at']).where('list', '=', p.list),
);
// Of each group the row of the highest `seq`, as SQLite has it where one maximum is asked for.
const kinds = query((p: { list: number; since: number; after: number; limit: number }) =>
  q
    .selectFrom('bounce_event')
    .select(['cause', 'status', 'diagnostic', 'address', 'domain', 'at'])
    .select((e) => [e.fn.max<number>('seq').as('seq'), e.fn.countAll<number>().as('count')])
    .where('list', '=', p.list)
    .where('at', '>=', p.since)
    .where('seq', '>', p.after)
    .where('effect', '=', 'ours')
    .groupBy(['cause', 'domain', 'status'])
    .orderBy('count', 'desc')
    .limit(p.limit),
);
const keep = query((p: { list: number; seq: number; now: number }) =>
  q
    .insertInto('bounce_ours')
    .values({ list: p.list, told_seq: p.seq, told_at: p.now })
    .onConflict((conflict) =>
      conflict.column('list').doUpdateSet({ told_seq: p.seq, told_at: p.now }),
    ),
);
const newest = query((p: { list: number }) =>
  q
    .selectFrom('bounce_event')
    .select('seq')
    .where('list', '=', p.list)
    .orderBy('at', 'desc')
    .orderBy('seq', 'desc')
    .limit(1),
);

/** What the owners do not know of yet, where it is time to tell them. */
export function untoldOurs(db: Database, list: Known, now: number): OursTold[] {
  const { told_seq: after = 0, told_at: at = 0 } = db.get(heard, { list: list.seq }) ?? {};
  if (now - at < dayMs - slackMs) return [];
  return db.all(kinds, { list: list.seq, since: now - newsMs, after, limit: maxKinds });
}

/** They know all that is booked by now. */
export function noteOursTold(db: Database, list: Known, now: number): void {
  const seq = db.get(newest, { list: list.seq })?.seq ?? 0;
  db.run(keep, { list: list.seq, seq, now });
}
