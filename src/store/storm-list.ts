/** Storms as people see them, with codes and samples. */
import type { Storm } from '../model/care.ts';
import type { StormState } from './bounce-tables.ts';
import type { Known } from './lists.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

/** Samples of one storm: the commonest answers, each with one address. */
const maxSamples = 5;
const allStorms = 1_000_000;

const some = query((p: { list: number; limit: number }) =>
  q
    .selectFrom('bounce_storm')
    .selectAll()
    .where('list', '=', p.list)
    .orderBy('seq', 'desc')
    .limit(p.limit),
);
const untold = query((p: { list: number; limit: number }) =>
  q
    .selectFrom('bounce_storm')
    .selectAll()
    .where('list', '=', p.list)
    .where('told_at', 'is', null)
    .where('state', '=', 'open')
    .orderBy('seq')
    .limit(p.limit),
);
const samples = query((p: { storm: number; limit: number }) =>
  q
    .selectFrom('bounce_event')
    .select(['status', 'diagnostic', 'cause', 'address', 'at'])
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('storm', '=', p.storm)
    .groupBy(['status'])
    .orderBy('count', 'desc')
    .limit(p.limit),
);

type Row = {
  readonly seq: number;
  readonly mailing: string;
  readonly domain: string;
  readonly cause: Storm['cause'];
  readonly failures: number;
  readonly of: number;
  readonly state: StormState;
  readonly began: number;
  readonly last_at: number;
  readonly decided_at: number | null;
  readonly decided_by: string | null;
};

/** The storms of a list, the newest first; or those that its owners do not know of. */
export function stormsOf(
  db: Database,
  list: Known,
  which: { readonly untold?: boolean; readonly limit?: number } = {},
): Storm[] {
  const about = { list: list.seq, limit: which.limit ?? allStorms };
  return db.all(which.untold ? untold : some, about).map((row) => stormOf(db, row));
}

function stormOf(db: Database, row: Row): Storm {
  const { seq, mailing, domain, cause, failures, of, state, began } = row;
  return {
    ...{ seq, mailing, domain, cause, failures, of, state, began },
    lastAt: row.last_at,
    decidedAt: row.decided_at ?? undefined,
    decidedBy: row.decided_by ?? undefined,
    samples: db.all(samples, { storm: seq, limit: maxSamples }),
  };
}
