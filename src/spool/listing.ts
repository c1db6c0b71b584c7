/**
 * What a worker knows of its queue without looking again (I8).
 *
 * A folder is read once and all that is due in it is worked off before it is read again, so an
 * entry costs the same with a hundred waiting as with a hundred thousand. Every call begins at
 * priority 0, and a folder that was notified is read at once, so what is urgent waits for one
 * group at most.
 */
import { type Dir, opendirSync, statSync } from 'node:fs';
import { errorCode } from '../ground/errors.ts';
import { type Priority, priorities } from '../model/queues.ts';
import { type EntryName, readWaitingName } from './layout.ts';

/** Names kept of one folder; the rest is found when these are worked off. */
const maxKept = 20_000;
const readAhead = 4096;

type Shelf = {
  readonly priority: Priority;
  readonly folder: string;
  /** Due, the first last: taken with pop. */
  due: string[];
  /** True when the folder may hold something that is not in `due`. */
  stale: boolean;
  /** Entries seen that are not due yet, and when the first of them is. */
  later: number;
  nextDue: number;
};

/** The waiting entries of one queue, as one worker sees them. */
export class Listing {
  readonly #shelves: readonly Shelf[];

  constructor(folderOf: (priority: Priority) => string) {
    this.#shelves = priorities.map((priority) => ({
      priority,
      folder: folderOf(priority),
      due: [],
      stale: true,
      later: 0,
      nextDue: Number.POSITIVE_INFINITY,
    }));
  }

  /** Something may have come: a notification, or the poll. */
  touch(priority?: Priority): void {
    for (const shelf of this.#shelves) {
      if (priority === undefined || shelf.priority === priority) shelf.stale = true;
    }
  }

  /** Up to `max` names that are due, the most urgent first. Others may take them first. */
  take(max: number, now: number): EntryName[] {
    const taken: EntryName[] = [];
    for (const shelf of this.#shelves) {
      while (taken.length < max) {
        const text = shelf.due.pop();
        if (text !== undefined) {
          const name = readWaitingName(shelf.priority, text);
          if (name) taken.push(name);
        } else if (shelf.stale || shelf.nextDue <= now) read(shelf, now);
        else break;
      }
      if (taken.length >= max) break;
    }
    return taken;
  }

  /** Entries waiting at the last look, due or not. */
  get waiting(): number {
    return this.#shelves.reduce((sum, shelf) => sum + shelf.due.length + shelf.later, 0);
  }

  /** When the next one that waits is due, ms; Infinity when none is known. */
  get nextDue(): number {
    return Math.min(...this.#shelves.map((shelf) => shelf.nextDue));
  }
}

function read(shelf: Shelf, now: number): void {
  // Cleared before the reading: what comes meanwhile is notified and read again.
  shelf.stale = false;
  shelf.later = 0;
  shelf.nextDue = Number.POSITIVE_INFINITY;
  const horizon = String(horizonOf(shelf.folder, now)).padStart(13, '0');
  let due: string[] = [];
  let cut = false;
  for (const name of names(shelf.folder)) {
    const dueAt = name.slice(0, 13);
    if (dueAt > horizon) {
      shelf.later += 1;
      shelf.nextDue = Math.min(shelf.nextDue, Number(dueAt) || Number.POSITIVE_INFINITY);
    } else if (due.push(name) >= 2 * maxKept) {
      due = earliest(due);
      cut = true;
    }
  }
  if (due.length > maxKept) {
    due = earliest(due);
    cut = true;
  } else due.sort();
  // What was cut off is still there: look again when this is worked off.
  if (cut) shelf.stale = true;
  shelf.due = due.reverse();
}

function earliest(names: string[]): string[] {
  return names.sort().slice(0, maxKept);
}

/**
 * What is due by now. When the clock has gone back, entries that were written "now" would lie in
 * the future; but a folder is never older than the last name put into it.
 */
function horizonOf(folder: string, now: number): number {
  const changed = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Math.ceil(Math.max(now, changed));
}

function* names(folder: string): Generator<string> {
  let dir: Dir;
  try {
    dir = opendirSync(folder, { bufferSize: readAhead });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  try {
    for (let item = dir.readSync(); item !== null; item = dir.readSync()) yield item.name;
  } finally {
    dir.closeSync();
  }
}
