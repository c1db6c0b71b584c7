/** Care of the database: checked, kept small, copied. Never on the mail path. */
import { openMailings } from './mailings.ts';
import { q, query } from './sql.ts';
import type { Database, Query } from './sqlite.ts';

const page = 1000;
/** Faults that `integrity` names at most. */
const maxFaults = 100;

export type Counts = {
  readonly domains: number;
  readonly lists: number;
  readonly members: number;
  readonly users: number;
  readonly addresses: number;
  readonly settled: number;
  readonly openMailings: number;
};

/** What is wrong with the file; empty when nothing is. */
export function integrity(db: Database): string[] {
  const found = db
    .pragmaRows(`integrity_check(${maxFaults})`)
    .map((row) => String(Object.values(row)[0]))
    .filter((line) => line !== 'ok');
  const orphans = db
    .pragmaRows('foreign_key_check')
    .slice(0, maxFaults)
    .map(({ table, parent }) => `a row of ${table} refers to a row of ${parent} that is gone`);
  return [...found, ...orphans];
}

/** Refreshes the planner's statistics and gives the log's space back. */
export function optimise(db: Database): void {
  db.pragma('optimize');
  // Most of it while others write; then there is little left for which they must wait.
  db.pragma('wal_checkpoint(passive)');
  db.pragma('wal_checkpoint(truncate)');
}

const someSettled = query((p: { after: string; limit: number }) =>
  q
    .selectFrom('settled')
    .select(['cause', 'at'])
    .where('cause', '>', p.after)
    .orderBy('cause')
    .limit(p.limit),
);
const removeSettled = query((p: { cause: string }) =>
  q.deleteFrom('settled').where('cause', '=', p.cause),
);

/**
 * Forgets causes settled before `before`, except those of entries that are still claimed: their
 * recovery asks for them. Page by page, so that no writer waits for long.
 */
export async function pruneSettled(
  db: Database,
  before: number,
  stillClaimed: (cause: string) => boolean,
): Promise<number> {
  let pruned = 0;
  for (let after = ''; ; ) {
    const rows = db.all(someSettled, { after, limit: page });
    const old = rows.filter(({ cause, at }) => at < before && !stillClaimed(cause));
    pruned += removeAll(db, old, removeSettled);
    const last = rows.at(-1);
    if (!last || rows.length < page) return pruned;
    after = last.cause;
    await breath();
  }
}

/** Lines of the change log that mail writes; what people changed is kept for good. */
const mailKinds = ['accepted', 'cut', 'handed', 'refused'] as const;

const someLogged = query((p: { after: number; limit: number }) =>
  q
    .selectFrom('change_log')
    .select(['seq', 'at', 'kind'])
    .where('seq', '>', p.after)
    .orderBy('seq')
    .limit(p.limit),
);
const removeLogged = query((p: { seq: number }) =>
  q.deleteFrom('change_log').where('seq', '=', p.seq),
);
const someRefusals = query((p: { before: number; limit: number }) =>
  q.selectFrom('refusal').select('seq').where('at', '<', p.before).limit(p.limit),
);
const removeRefusal = query((p: { seq: number }) =>
  q.deleteFrom('refusal').where('seq', '=', p.seq),
);
const someMailings = query((p: { before: number; limit: number }) =>
  q.selectFrom('mailing').select('id').where('finished', '<', p.before).limit(p.limit),
);
const removeMailing = query((p: { id: string }) => q.deleteFrom('mailing').where('id', '=', p.id));

/**
 * Forgets what mail did before `before`: its lines in the change log, refusals, and mailings that
 * are finished. Postings keep their numbers, and what people changed stays. Gives the number.
 */
export async function pruneHistory(db: Database, before: number): Promise<number> {
  let pruned = 0;
  for (let after = 0; ; ) {
    const rows = db.all(someLogged, { after, limit: page });
    const old = rows.filter(({ at, kind }) => at < before && mailKinds.some((one) => one === kind));
    pruned += removeAll(db, old, removeLogged);
    const last = rows.at(-1);
    // The log is in the order of time, but for clocks that were set.
    if (!last || rows.length < page || last.at >= before) break;
    after = last.seq;
    await breath();
  }
  pruned += await removePages(
    db,
    () => db.all(someRefusals, { before, limit: page }),
    removeRefusal,
  );
  return (
    pruned +
    (await removePages(db, () => db.all(someMailings, { before, limit: page }), removeMailing))
  );
}

async function removePages<R>(
  db: Database,
  next: () => readonly R[],
  remove: Query<R, unknown>,
): Promise<number> {
  let removed = 0;
  for (;;) {
    const rows = next();
    removed += removeAll(db, rows, remove);
    if (rows.length < page) return removed;
    await breath();
  }
}

function removeAll<R>(db: Database, rows: readonly R[], remove: Query<R, unknown>): number {
  if (rows.length === 0) return 0;
  db.transaction(() => {
    for (const row of rows) db.run(remove, row);
  });
  return rows.length;
}

/** Lets this process do other things between two pages. */
function breath(): Promise<void> {
  return new Promise((resume) => setImmediate(resume));
}

const countAll = (table: 'domain' | 'list' | 'member' | 'user' | 'address' | 'settled') =>
  query(() => q.selectFrom(table).select((e) => e.fn.countAll<number>().as('count')));

/** How much there is of everything. */
export function counts(db: Database): Counts {
  const count = (table: Parameters<typeof countAll>[0]) => db.get(countAll(table), {})?.count ?? 0;
  return {
    domains: count('domain'),
    lists: count('list'),
    members: count('member'),
    users: count('user'),
    addresses: count('address'),
    settled: count('settled'),
    openMailings: openMailings(db),
  };
}
