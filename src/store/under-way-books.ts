/**
 * What is under way over all processes, where a limit says how much may be. Each process keeps its
 * own number, with a time until which it is good: what a process leaves behind that was killed is
 * struck out by its successor, and counts for nobody after that time where there is none.
 */
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

export const underWayTable = `
create table pace_under_way (
  key text not null,
  holder text not null,
  count integer not null,
  until integer not null,
  primary key (key, holder)
) strict, without rowid;
`;

/** A number is good for so long, unless its holder says it again. */
export const goodMs = 30_000;

const othersAt = query((p: { key: string; holder: string; now: number; latest: number }) =>
  q
    .selectFrom('pace_under_way')
    .select((e) => e.fn.sum<number | null>('count').as('count'))
    .where('key', '=', p.key)
    .where('holder', '!=', p.holder)
    .where('until', '>', p.now)
    // A clock that went back must make none good for longer.
    .where('until', '<=', p.latest),
);
const setCount = query((p: { key: string; holder: string; count: number; until: number }) =>
  q
    .insertInto('pace_under_way')
    .values({ key: p.key, holder: p.holder, count: p.count, until: p.until })
    .onConflict((conflict) =>
      conflict.columns(['key', 'holder']).doUpdateSet({ count: p.count, until: p.until }),
    ),
);
const dropCount = query((p: { key: string; holder: string }) =>
  q.deleteFrom('pace_under_way').where('key', '=', p.key).where('holder', '=', p.holder),
);
const dropHolder = query((p: { holder: string }) =>
  q.deleteFrom('pace_under_way').where('holder', '=', p.holder),
);

/** A limit of what may be under way, and how much its asker has under way. */
export type Bound = { readonly key: string; readonly most: number; readonly own: number };

/** So many as were wanted or had room, at least one; or the key of a limit that has none. */
export type Entered =
  | { readonly kind: 'in'; readonly places: number }
  | { readonly kind: 'full'; readonly key: string };

/** The numbers of all processes. */
export class UnderWayBooks {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Counts more under all of the limits, or under none where one has no room. */
  async enter(
    bounds: readonly Bound[],
    want: number,
    holder: string,
    now: number,
  ): Promise<Entered> {
    const until = now + goodMs;
    return this.#db.transaction(() => {
      let places = want;
      for (const { key, most, own } of bounds) {
        const others = this.#db.get(othersAt, { key, holder, now, latest: until })?.count ?? 0;
        places = Math.min(places, most - own - others);
        if (places <= 0) return { kind: 'full', key };
      }
      for (const { key, own } of bounds) {
        this.#db.run(setCount, { key, holder, count: own + places, until });
      }
      return { kind: 'in', places };
    });
  }

  /** Says again how much a process has under way. */
  async keep(counts: Iterable<readonly [string, number]>, holder: string, now: number) {
    const until = now + goodMs;
    this.#db.transaction(() => {
      for (const [key, count] of counts) {
        if (count === 0) this.#db.run(dropCount, { key, holder });
        else this.#db.run(setCount, { key, holder, count, until });
      }
    });
  }

  /** Nothing is under way of a process that begins, or ends. */
  async forget(holder: string): Promise<void> {
    this.#db.run(dropHolder, { holder });
  }
}
