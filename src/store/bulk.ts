/**
 * Changes of a hundred thousand rows that are all or nothing and keep no other writer waiting.
 *
 * What is to be done is first written down, chunk by chunk, where nobody looks. One small
 * transaction decides it. From then on it is carried out, again chunk by chunk, and what is done
 * of it is struck out with each chunk. A crash before the decision leaves nothing but lines that
 * are thrown away; after it, whoever opens the books next carries on. The lock says whether
 * somebody is still at it.
 *
 * It is done in the order of the addresses: their indexes are then written from left to right,
 * and a chunk touches few pages. In the order of a file each chunk would touch nearly all.
 */
import { setTimeout as nap } from 'node:timers/promises';
import { TransientError } from '../ground/errors.ts';
import { holdLock, type Lock } from '../ground/lock.ts';
import {
  bulkNumbered,
  clearGone,
  clearStaged,
  countWaiting,
  decide,
  dropChunk,
  firstBulk,
  insertBulk,
  leavingUpTo,
  removeBulk,
  stageChunk,
  stagedUpTo,
  takeChunk,
  tallyBulk,
  waitingUpTo,
  waitLeaving,
  waitStaged,
} from './bulk-queries.ts';
import type { Cause } from './change-log.ts';
import { removeListRows } from './list-removal.ts';
import type { Known } from './lists.ts';
import { openDatabase } from './migrate.ts';
import type { Database, Query } from './sqlite.ts';
import { insertStaged, type Move, removeTaken, updateStaged } from './stage-moves.ts';
import { createTables } from './stage-queries.ts';

/** Page cache for bulk work, KiB. */
export const bulk = { cacheKib: 65_536 };

/** Rows that are changed in one transaction: some 10 ms of work. */
export const chunkRows = 1000;
/** Between two chunks others write: they look again within a quarter of this. */
const napMs = 2;
/** How long another one's work is waited for. */
const waitMs = 120_000;

/** What came of it. */
export type BulkResult = {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
};

/** Told how much of it is done. */
export type OnBulk = (done: number, total: number) => void;

/** Holds the place of the one who changes many rows. */
export async function lockBulk(db: Database): Promise<Lock> {
  const lock = await holdLock(lockOf(db), { waitMs });
  if (lock !== 'held') return lock;
  throw new TransientError('somebody else is changing many members just now; try again later');
}

function lockOf(db: Database): string {
  return `${db.path}.bulk`;
}

/** Opens the database, and carries on with what others left behind in it. */
export async function openBooks(
  path: string,
  options: Parameters<typeof openDatabase>[1] & {},
): Promise<Database> {
  const db = await openDatabase(path, options);
  try {
    if (options.readonly !== true) await takeUp(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Nothing is done where they are still at it. */
async function takeUp(db: Database): Promise<void> {
  if (db.get(firstBulk, {}) === undefined) return;
  const lock = await holdLock(lockOf(db));
  if (lock === 'held') return;
  try {
    await finishOthers(db.path);
  } finally {
    lock.release();
  }
}

/** The same, by who holds the lock. What the caller has staged is not touched. */
export async function finishOthers(path: string): Promise<void> {
  const db = await openDatabase(path, bulk);
  try {
    db.exec(createTables);
    for (;;) {
      const left = db.get(firstBulk, {});
      if (left === undefined) return;
      if (left.decided === 1) await carryOut(db, left.number);
      else await throwAway(db, left.number);
    }
  } finally {
    db.close();
  }
}

async function throwAway(db: Database, number: number): Promise<void> {
  for (;;) {
    const upTo = db.get(waitingUpTo, { bulk: number, skip: chunkRows - 1 })?.key ?? lastKey;
    db.transaction(() => {
      db.run(dropChunk, { bulk: number, upTo });
      if (upTo === lastKey) db.run(removeBulk, { number });
    });
    if (upTo === lastKey) return;
    await nap(napMs);
  }
}

/** Behind every key: they are UTF-8, and this is none. */
const lastKey = '\u{10ffff}';

/** Writes down that those come who are staged, and those go who are leaving; gives its number. */
export async function writeDown(db: Database, move: Move, updates: boolean): Promise<number> {
  const { list, mode, cause, way, now: at } = move;
  const order = { list, mode, cause, way, at, updates: updates ? 1 : 0, decided: 0 } as const;
  const number = db.transaction(() => db.run(insertBulk, { what: 'members', ...order })).lastKey;
  await inSpans(db, stagedUpTo, (span) => db.run(waitStaged, { bulk: number, ...span }));
  await inSpans(db, leavingUpTo, (span) => db.run(waitLeaving, { bulk: number, ...span }));
  return number;
}

type Span = { readonly after: string; readonly upTo: string };
type UpTo = Query<{ after: string; skip: number }, { key: string }>;

async function inSpans(db: Database, end: UpTo, work: (span: Span) => unknown): Promise<void> {
  for (let after = ''; ; await nap(napMs)) {
    const upTo = db.get(end, { after, skip: chunkRows - 1 })?.key ?? lastKey;
    db.transaction(() => work({ after, upTo }));
    if (upTo === lastKey) return;
    after = upTo;
  }
}

/** Removes a list of many rows. */
export async function removeInBulk(db: Database, { seq, view }: Known, by: Cause): Promise<void> {
  const lock = await lockBulk(db);
  try {
    await finishOthers(db.path);
    const { cause, now: at } = by;
    const order = { list: seq, mode: view.settings.mode, cause, way: '', at } as const;
    const number = db.transaction(() =>
      db.run(insertBulk, { what: 'list', ...order, updates: 0, decided: 1 }),
    ).lastKey;
    await carryOut(db, number);
  } finally {
    lock.release();
  }
}

/** From here on it will be done. */
export function decideBulk(db: Database, number: number): void {
  db.transaction(() => db.run(decide, { number }));
}

/** Does what was decided, chunk by chunk. */
export async function carryOut(db: Database, number: number, told?: OnBulk): Promise<BulkResult> {
  const order = db.get(bulkNumbered, { number });
  if (order === undefined) throw new Error(`what was written down as ${number} is gone`);
  if (order.what === 'list') {
    await removeListRows(db, order, () => nap(napMs));
    return { added: 0, changed: 0, removed: 1 };
  }
  const { list, id, mode, cause, way, at: now } = order;
  const move: Move = { list, id, mode, cause, way, now };
  const total = db.get(countWaiting, { bulk: number })?.count ?? 0;
  for (let done = 0; ; await nap(napMs)) {
    const upTo = db.get(waitingUpTo, { bulk: number, skip: chunkRows - 1 })?.key ?? lastKey;
    const result = db.transaction(() => {
      doChunk(db, move, { number, upTo, updates: order.updates === 1 });
      const { added = 0, changed = 0, removed = 0 } = db.get(bulkNumbered, { number }) ?? {};
      if (upTo === lastKey) db.run(removeBulk, { number });
      return { added, changed, removed };
    });
    if (upTo === lastKey) return result;
    done += chunkRows;
    told?.(done, total);
  }
}

type Chunk = { readonly number: number; readonly upTo: string; readonly updates: boolean };

function doChunk(db: Database, move: Move, { number, upTo, updates }: Chunk): void {
  db.run(clearStaged, {});
  db.run(clearGone, {});
  db.run(stageChunk, { bulk: number, upTo });
  db.run(takeChunk, { bulk: number, upTo, list: move.list });
  db.run(dropChunk, { bulk: number, upTo });
  const removed = removeTaken(db, move);
  const changed = updates ? updateStaged(db, move) : 0;
  const added = insertStaged(db, move);
  db.run(tallyBulk, { number, added, changed, removed });
}
