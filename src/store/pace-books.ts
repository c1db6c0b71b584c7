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
import { UnderWayBooks, underWayTable } from './under-way-books.ts';

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
  `
create table pace_held (
  key text primary key,
  until integer not null,
  why text not null
) strict, without rowid;

create table pace_strain (
  relay text not null,
  worker integer not null,
  lanes integer not null,
  most integer not null,
  ms real not null,
  usual real not null,
  at integer not null,
  primary key (relay, worker)
) strict, without rowid;
`,
  'alter table pace_strain add column later real not null default 0;',
  underWayTable,
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

const heldOnes = query((p: { now: number; limit: number }) =>
  q.selectFrom('pace_held').selectAll().where('until', '>', p.now).orderBy('until').limit(p.limit),
);
const setHeld = query((p: { key: string } & HeldBack) =>
  q
    .insertInto('pace_held')
    .values({ key: p.key, until: p.until, why: p.why })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ until: p.until, why: p.why })),
);
const dropHeld = query((p: { before: number }) =>
  q.deleteFrom('pace_held').where('until', '<', p.before),
);
const strainedOnes = query((p: { since: number; limit: number }) =>
  q
    .selectFrom('pace_strain')
    .selectAll()
    .where('at', '>=', p.since)
    .orderBy('relay')
    .orderBy('worker')
    .limit(p.limit),
);
const setStrain = query((p: Strained) => {
  const { relay, worker, lanes, most, ms, usual, later, at } = p;
  return q
    .insertInto('pace_strain')
    .values({ relay, worker, lanes, most, ms, usual, later, at })
    .onConflict((conflict) =>
      conflict.columns(['relay', 'worker']).doUpdateSet({ lanes, most, ms, usual, later, at }),
    );
});
const dropStrain = query((p: { before: number }) =>
  q
    .deleteFrom('pace_strain')
    .where((e) => e.or([e('at', '<', p.before), e('lanes', '>=', e.ref('most'))])),
);

/** Slow servers that are known at once. */
const maxSlow = 1000;

/** A limit that something falls under. */
export type KeyedRate = Rate & { readonly key: string };

/** How many may go now; and, where that is fewer than wanted, when to ask again and why. */
export type Leave = { readonly count: number; readonly until: number; readonly by: string };

/** Mail that a limit, or a relay that is down, holds back until a time. */
export type HeldBack = { readonly until: number; readonly why: string };

/** A relay that one worker gives fewer connections: they make it slow, or it says "later". */
export type Strained = {
  readonly relay: string;
  readonly worker: number;
  readonly lanes: number;
  readonly most: number;
  /** What it takes over a message, and at its best. */
  readonly ms: number;
  readonly usual: number;
  /** The share of recipients that it put off; then nothing is said of times. */
  readonly later: number;
  readonly at: number;
};

/** What is told of it is looked at by people: older things are forgotten. */
const strainMs = 120_000;
const keptMs = 86_400_000;

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
  readonly underWay: UnderWayBooks;

  constructor(db: Database) {
    this.#db = db;
    this.underWay = new UnderWayBooks(db);
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

  /** What is held back now, what comes free first in front. */
  async held(now: number): Promise<readonly (HeldBack & { readonly key: string })[]> {
    return this.#db.all(heldOnes, { now, limit: maxSlow });
  }

  /** Remembers that something is held back. */
  async hold(key: string, held: HeldBack, now: number): Promise<void> {
    this.#db.run(setHeld, { key, ...held });
    this.#db.run(dropHeld, { before: now - keptMs });
  }

  /** Relays that are given fewer connections than they could have. */
  async strained(now: number): Promise<readonly Strained[]> {
    const rows = this.#db.all(strainedOnes, { since: now - strainMs, limit: maxSlow });
    return rows.filter(({ lanes, most }) => lanes < most);
  }

  /** Remembers how a relay does; one that is well is forgotten. */
  async strain(one: Strained): Promise<void> {
    this.#db.run(setStrain, one);
    this.#db.run(dropStrain, { before: one.at - keptMs });
  }

  close(): void {
    this.#db.close();
  }
}
