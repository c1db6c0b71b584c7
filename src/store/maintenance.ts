/** Care of the database: checked, kept small, copied. Never on the mail path. */
import { openMailings } from './mailings.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

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
    if (old.length > 0) {
      db.transaction(() => {
        for (const { cause } of old) db.run(removeSettled, { cause });
      });
    }
    pruned += old.length;
    const last = rows.at(-1);
    if (!last || rows.length < page) return pruned;
    after = last.cause;
    await new Promise<void>((resume) => setImmediate(resume));
  }
}

const countAll = (table: 'domain' | 'list' | 'member' | 'user' | 'address' | 'settled') =>
  query(() => q.selectFrom(table).select((e) => e.fn.countAll<number>().as('count')));

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
