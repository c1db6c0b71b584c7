/** What the books hold of each member whose copies failed: score, and how far he was warned. */
import type { Addressee } from './addressee.ts';
import type { Books } from './apply.ts';
import { log } from './change-log.ts';
import type { Known } from './lists.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';
import type { Tables } from './tables.ts';

type Row = Tables['bouncer'];
export type BouncerRow = { readonly [N in keyof Row]: N extends 'warnings' ? number : Row[N] };

const find = query((p: { member: number }) =>
  q.selectFrom('bouncer').selectAll().where('member', '=', p.member),
);
const put = query((p: BouncerRow) =>
  q
    .insertInto('bouncer')
    .values({
      member: p.member,
      list: p.list,
      score: p.score,
      counted_at: p.counted_at,
      last_event: p.last_event,
      disabled_at: p.disabled_at,
      disabled_by: p.disabled_by,
      told_at: p.told_at,
      warnings: p.warnings,
      warned_at: p.warned_at,
      probe_due: p.probe_due,
      probed_at: p.probed_at,
    })
    .onConflict((conflict) =>
      conflict.column('member').doUpdateSet((e) => ({
        score: e.ref('excluded.score'),
        counted_at: e.ref('excluded.counted_at'),
        last_event: e.ref('excluded.last_event'),
        disabled_at: e.ref('excluded.disabled_at'),
        disabled_by: e.ref('excluded.disabled_by'),
        told_at: e.ref('excluded.told_at'),
        warnings: e.ref('excluded.warnings'),
        warned_at: e.ref('excluded.warned_at'),
        probe_due: e.ref('excluded.probe_due'),
        probed_at: e.ref('excluded.probed_at'),
      })),
    ),
);
const listOf = query((p: { member: number }) =>
  q.selectFrom('member').select('list').where('number', '=', p.member),
);
const stopDelivery = query((p: { member: number; now: number }) =>
  q
    .updateTable('member')
    .set({ status: 'by-bounces', status_since: p.now })
    .where('number', '=', p.member)
    .where('status', '=', 'enabled'),
);
const startDelivery = query((p: { member: number; now: number }) =>
  q
    .updateTable('member')
    .set({ status: 'enabled', status_since: p.now })
    .where('number', '=', p.member)
    .where('status', '=', 'by-bounces'),
);
const markDisabled = query((p: { member: number; now: number; event: number }) =>
  q
    .updateTable('bouncer')
    .set({
      disabled_at: p.now,
      disabled_by: p.event,
      told_at: null,
      warnings: 0,
      warned_at: null,
    })
    .where('member', '=', p.member),
);

/** The row of a member; one that says nothing where there is none. */
export function bouncerOf(db: Database, { number }: Pick<Addressee, 'number'>): BouncerRow {
  const row = db.get(find, { member: number });
  if (row) return row;
  return { ...blank, member: number, list: db.get(listOf, { member: number })?.list ?? 0 };
}

const blank = {
  score: 0,
  counted_at: null,
  last_event: null,
  disabled_at: null,
  disabled_by: null,
  told_at: null,
  warnings: 0,
  warned_at: null,
  probe_due: null,
  probed_at: null,
} as const;

/** The same member with a clean slate: only the way to his past events stays. */
export function restart({ member, list, last_event }: BouncerRow): BouncerRow {
  return { ...blank, member, list, last_event };
}

/** Writes what is known of a member whose copies come back. */
export function keepBouncer(db: Database, row: BouncerRow): void {
  db.run(put, row);
}

/** Stops delivery because of an event. */
export function disable({ db, now, cause }: Books, list: Known, who: Addressee, seq: number): void {
  db.run(stopDelivery, { member: who.number, now });
  db.run(markDisabled, { member: who.number, now, event: seq });
  const detail = { event: seq };
  log(
    db,
    { cause, now },
    { list: list.view.id, kind: 'bounce-disabled', subject: who.key, detail },
  );
}

/** Says that an address is well: score gone, delivery on again if bounces had stopped it. */
export function reset(
  { db, now, cause }: Pick<Books, 'db' | 'now' | 'cause'>,
  list: Known,
  who: Pick<Addressee, 'number' | 'key'>,
): { readonly enabled: boolean } {
  return db.transaction(() => {
    const { changes } = db.run(startDelivery, { member: who.number, now });
    const row = db.get(find, { member: who.number });
    if (row) keepBouncer(db, restart(row));
    log(db, { cause, now }, { list: list.view.id, kind: 'bounce-reset', subject: who.key });
    return { enabled: changes > 0 };
  });
}
