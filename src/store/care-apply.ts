/** What was done for bouncing members becomes true, and what time alone makes true. */
import { StaleView } from '../ground/errors.ts';
import type { Change } from '../model/change.ts';
import { deliveryModes } from '../model/list.ts';
import { dayOf } from '../model/score.ts';
import { findAddressee } from './addressee.ts';
import type { Books } from './apply.ts';
import { noteOursTold } from './bounce-ours.ts';
import { bouncerOf, keepBouncer } from './bouncers.ts';
import { log } from './change-log.ts';
import { noteConsent } from './consents.ts';
import type { Known } from './lists.ts';
import { removeMember } from './member-admin.ts';
import { q, query } from './sql.ts';

const dayMs = 86_400_000;
/** Rounds are hourly; a longer break than this was an outage of ours and is nobody's time. */
const breakMs = 1.5 * dayMs;

const advance = query((p: { list: number; from: number; now: number }) =>
  q
    .insertInto('bounce_round')
    .values({ list: p.list, number: 1, at: p.now })
    .onConflict((conflict) =>
      conflict
        .column('list')
        .doUpdateSet((e) => ({ number: e('bounce_round.number', '+', 1), at: p.now }))
        .where('bounce_round.number', '=', p.from),
    ),
);
const numberOf = query((p: { list: number }) =>
  q.selectFrom('bounce_round').select(['number', 'at']).where('list', '=', p.list),
);
const keepTime = query((p: { list: number; now: number }) =>
  q
    .insertInto('bounce_round')
    .values({ list: p.list, number: 0, at: p.now })
    .onConflict((conflict) => conflict.column('list').doUpdateSet({ at: p.now })),
);
const setTold = query((p: { member: number; now: number }) =>
  q.updateTable('bouncer').set({ told_at: p.now }).where('member', '=', p.member),
);
const setStormTold = query((p: { seq: number; now: number }) =>
  q.updateTable('bounce_storm').set({ told_at: p.now }).where('seq', '=', p.seq),
);
const setEventTold = query((p: { seq: number }) =>
  q.updateTable('bounce_event').set({ told: 1 }).where('seq', '=', p.seq),
);
const other = query((p: { list: number; day: number; shown: number }) =>
  q
    .insertInto('bounce_other')
    .values({ list: p.list, day: p.day, shown: p.shown, count: 1 })
    .onConflict((conflict) =>
      conflict.columns(['list', 'day']).doUpdateSet((e) => ({
        shown: e('bounce_other.shown', '+', p.shown),
        count: e('bounce_other.count', '+', 1),
      })),
    ),
);

/** Only one may act on a round; who read it too late looks again. */
export function applyCared(books: Books, change: Extract<Change, { kind: 'cared' }>): undefined {
  const { db, lists, now } = books;
  const list = lists.find(change.list);
  if (!list) return;
  const current = db.get(numberOf, { list: list.seq })?.number ?? 0;
  if (current !== change.round) throw new StaleView(`round ${change.round} of ${change.list}`);
  db.run(advance, { list: list.seq, from: change.round, now });
  for (const number of change.probed) {
    const row = bouncerOf(db, { number });
    keepBouncer(db, { ...row, probe_due: null, probed_at: now });
  }
  for (const number of change.warned) {
    const row = bouncerOf(db, { number });
    keepBouncer(db, { ...row, warnings: row.warnings + 1, warned_at: now });
  }
  for (const number of change.removed) removeBouncer(books, list, number);
  for (const member of change.told.disabled) db.run(setTold, { member, now });
  for (const seq of change.told.storms) db.run(setStormTold, { seq, now });
  for (const seq of change.told.complaints) db.run(setEventTold, { seq });
  if (change.told.ours) noteOursTold(db, list, now);
}

function removeBouncer(books: Books, list: Known, number: number): void {
  const who = findAddressee(books.db, list, { member: number, addresses: [] });
  // Enabled again, or gone, since this was decided: then he stays, or it is done.
  if (who?.status !== 'by-bounces') return;
  removeMember(books.db, books, list, 'member', who.key);
  const what = { list: list.view.id, address: who.address, key: who.key, event: 'left' } as const;
  noteConsent(books.db, books, what, { way: 'mail to him came back', asked: '', confirmed: '' });
}

/** Counts a report that could not be read. */
export function applyUnrecognized(
  { db, lists, now }: Books,
  change: Extract<Change, { kind: 'unrecognized' }>,
): undefined {
  const list = lists.find(change.list);
  if (list) db.run(other, { list: list.seq, day: dayOf(now), shown: change.shown ? 1 : 0 });
}

const reenabled = query((p: { list: number }) =>
  q
    .selectFrom('bouncer')
    .innerJoin('member', 'member.number', 'bouncer.member')
    .select('bouncer.member')
    .where('bouncer.list', '=', p.list)
    .where('bouncer.disabled_at', 'is not', null)
    .where('member.status', '!=', 'by-bounces'),
);
const orphans = query((p: { list: number }) =>
  q
    .selectFrom('member')
    .leftJoin('bouncer', 'bouncer.member', 'member.number')
    .select('member.number')
    .where('member.list', '=', p.list)
    .where('member.role', '=', 'member')
    .where('member.mode', 'in', [...deliveryModes])
    .where('member.status', '=', 'by-bounces')
    .where('bouncer.disabled_at', 'is', null)
    .limit(1000),
);
const shift = query((p: { list: number; ms: number }) =>
  q
    .updateTable('bouncer')
    .set((e) => ({
      warned_at: e(e.fn.coalesce('warned_at', 'disabled_at'), '+', p.ms),
    }))
    .where('list', '=', p.list)
    .where('disabled_at', 'is not', null),
);
const forget = query((p: { list: number; before: number }) =>
  q
    .updateTable('bouncer')
    .set({ score: 0, counted_at: null })
    .where('list', '=', p.list)
    .where('disabled_at', 'is', null)
    .where('counted_at', '<', p.before),
);

/**
 * What time makes true, before a round is read: who was enabled again is no patient any more, who
 * was disabled by an import becomes one, old scores are forgotten, and a time in which we were
 * away counts for nobody: nobody is removed in a heap because the house was closed.
 */
export function tidy(
  { db, now, cause }: Pick<Books, 'db' | 'now' | 'cause'>,
  list: Known,
): { readonly forgotten: number } {
  return db.transaction(() => {
    for (const { member } of db.all(reenabled, { list: list.seq })) {
      const row = bouncerOf(db, { number: member });
      const cleared = { disabled_at: null, disabled_by: null, warned_at: null, told_at: null };
      keepBouncer(db, { ...row, ...cleared, warnings: 0, score: 0, counted_at: null });
    }
    const last = db.get(numberOf, { list: list.seq })?.at;
    if (last !== undefined && now - last > breakMs)
      db.run(shift, { list: list.seq, ms: now - last });
    for (const { number } of db.all(orphans, { list: list.seq })) {
      keepBouncer(db, { ...bouncerOf(db, { number }), disabled_at: now });
    }
    const before = now - list.view.settings.bounceStaleDays * dayMs;
    const forgotten = db.run(forget, { list: list.seq, before }).changes;
    db.run(keepTime, { list: list.seq, now });
    if (forgotten > 0) {
      const detail = { scores: forgotten };
      log(db, { cause, now }, { list: list.view.id, kind: 'bounce-stale', subject: '', detail });
    }
    return { forgotten };
  });
}
