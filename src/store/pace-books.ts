/**
 * What was sent lately, counted for all workers together, and which servers asked us to slow down.
 * A small database of its own: it is written for each hand-over that a limit is about.
 */
import {
  emptyWindow,
  nextRoom,
  type Rate,
  roomIn,
  type Slow,
  type Window,
  windowAt,
} from '../model/pace.ts';
import { openDatabase } from './migrate.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

/** Marks a file as ours: "LPac". */
const paceId = 0x4c506163;
const tables = [
  `
create table pace_window (
  key text primary key,
  start integer not null,
  current integer not null,
  before integer not null
) strict, without rowid;

create table pace_slow (
  key text primary key,
  rate real not null,
  until integer not null,
  strikes integer not null,
  why text not null,
  at integer not null
) strict, without rowid;
`,
];

const windowOf = query((p: { key: string }) =>
  q.selectFrom('pace_window').select(['start', 'current', 'before']).where('key', '=', p.key),
);
const setWindow = query((p: { key: string } & Window) =>
  q
    .insertInto('pace_window')
    .values({ key: p.key, start: p.start, current: p.current, before: p.before })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet({ start: p.start, current: p.current, before: p.before }),
    ),
);
const slowOnes = query((p: { limit: number }) =>
  q.selectFrom('pace_slow').selectAll().orderBy('at', 'desc').limit(p.limit),
);
const setSlow = query((p: { key: string } & Slow) =>
  q
    .insertInto('pace_slow')
    .values({
      key: p.key,
      rate: p.rate,
      until: p.until,
      strikes: p.strikes,
      why: p.why,
      at: p.at,
    })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet({
        rate: p.rate,
        until: p.until,
        strikes: p.strikes,
        why: p.why,
        at: p.at,
      }),
    ),
);
const dropSlow = query((p: { key: string }) => q.deleteFrom('pace_slow').where('key', '=', p.key));

/** Slow servers that are known at once. */
const maxSlow = 1000;

/** A limit that something falls under. */
export type KeyedRate = Rate & { readonly key: string };

/** How many may go now; and, where that is fewer than wanted, when to ask again and why. */
export type Leave = { readonly count: number; readonly until: number; readonly by: string };

/** Opens the books; the file is made where it is not. */
export async function openPaceBooks(path: string): Promise<PaceBooks> {
  const db = await openDatabase(path, {
    create: true,
    schema: { application: paceId, steps: tables },
  });
  // Counts of the last moments may be lost with the power: that is a few messages more.
  db.pragma('synchronous = normal');
  return new PaceBooks(db);
}

/** Counts, and slow servers. */
export class PaceBooks {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Takes leave for up to `want` under all of the limits, and counts them. */
  async take(limits: readonly KeyedRate[], want: number, now: number): Promise<Leave> {
    return this.#db.transaction(() => {
      const windows = limits.map(({ key }) => this.#db.get(windowOf, { key }) ?? emptyWindow);
      let leave: Leave = { count: want, until: now, by: '' };
      for (const [n, rate] of limits.entries()) {
        const room = roomIn(windows[n] ?? emptyWindow, rate, now);
        if (room < leave.count) leave = { count: room, until: now, by: rate.key };
      }
      for (const [n, rate] of limits.entries()) {
        const window = windowAt(windows[n] ?? emptyWindow, rate.perMs, now);
        const counted = { ...window, current: window.current + leave.count };
        if (leave.count > 0) this.#db.run(setWindow, { key: rate.key, ...counted });
        if (rate.key === leave.by) leave = { ...leave, until: nextRoom(counted, rate, now) };
      }
      return leave;
    });
  }

  /** Servers that asked us to slow down. */
  async slow(): Promise<ReadonlyMap<string, Slow>> {
    const rows = this.#db.all(slowOnes, { limit: maxSlow });
    return new Map(rows.map(({ key, ...slow }) => [key, slow]));
  }

  /** Remembers that one is slow; undefined: that it is no longer. */
  async note(key: string, slow: Slow | undefined): Promise<void> {
    if (slow === undefined) this.#db.run(dropSlow, { key });
    else this.#db.run(setSlow, { key, ...slow });
  }

  close(): void {
    this.#db.close();
  }
}
