/**
 * What a worker knows of its queue without looking again (I8).
 *
 * A folder is read once, and the names that are due first are worked off before it is read again,
 * so an entry costs the same with a hundred waiting as with a hundred thousand. A name that was
 * notified costs no reading at all; many of them at once cost one, which also finds what the
 * system did not notify because its own queue was full. Every call begins at priority 0, so what
 * is urgent waits for one group at most. In a fair listing those of one priority take turns.
 */
import { opendirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, TransientError } from '../ground/errors.ts';
import { type Priority, priorities } from '../model/queues.ts';
import { type EntryName, lettersFrom, readWaitingName } from './layout.ts';
import { Turns } from './turns.ts';

/** Names kept of one folder; the rest is found when these are worked off. */
const maxKept = 20_000;
/** Names kept of notifications; below the number at which Linux begins to drop them (16,384). */
const maxNoted = 4096;
const readAhead = 4096;
/** A clock that is set back by less is not worth a look; that of a file system is behind by less. */
const minJumpMs = 1000;

type Shelf = {
  readonly priority: Priority;
  readonly folder: string;
  /** The earliest names of the folder, the first last: taken with pop. */
  kept: string[];
  /** How many others there were at the last reading, all of them later. */
  others: number;
  /** Due in the future by a clock that has gone back since; the first last. */
  overdue: string[];
  /** Notified since the last look. */
  readonly noted: Set<string>;
  /** True when the folder may hold something that is not known here. */
  stale: boolean;
  /** True when the clock may have gone back since the names were written. */
  doubtful: boolean;
  /** Those of them that are due, where they take turns. */
  readonly turns: Turns | undefined;
};

/** The waiting entries of one queue, as one worker sees them. */
export class Listing {
  readonly #shelves: readonly Shelf[];
  #now = 0;

  constructor(folderOf: (priority: Priority) => string, { fair = false } = {}) {
    this.#shelves = priorities.map((priority) => ({
      priority,
      folder: folderOf(priority),
      kept: [],
      others: 0,
      overdue: [],
      noted: new Set(),
      stale: true,
      doubtful: true,
      turns: fair ? new Turns() : undefined,
    }));
  }

  /** A name came or went; null when the system does not say which. */
  note(priority: Priority, name: string | null): void {
    const shelf = this.#shelves[priority];
    if (!shelf || shelf.stale) return;
    if (name === null || shelf.noted.size >= maxNoted) shelf.stale = true;
    else shelf.noted.add(name);
  }

  /** Something may have come: the poll, or an entry that was put back. */
  touch(): void {
    for (const shelf of this.#shelves) shelf.stale = true;
  }

  /** An entry was opened: it and its like are of this owner, who has one turn for all. */
  learn({ priority, id }: EntryName, owner = ''): void {
    if (owner !== '') this.#shelves[priority]?.turns?.learn(id, owner);
  }

  /**
   * Up to `max` names that are due, the most urgent first, all of them more urgent than `below`.
   * Others may take them first.
   */
  take(max: number, now: number, below = Number.POSITIVE_INFINITY): EntryName[] {
    this.#look(now);
    const taken: EntryName[] = [];
    for (const shelf of this.#shelves) {
      if (shelf.priority >= below || taken.length >= max) break;
      sortNoted(shelf);
      let mayRead = true;
      if (shelf.turns && shelf.stale) {
        // Who came unseen gets a turn now, not when all the others are through.
        mayRead = false;
        read(shelf, now);
      }
      while (taken.length < max) {
        const text = nextOf(shelf, now);
        if (text !== undefined) {
          const name = readWaitingName(shelf.priority, text);
          if (name) taken.push(name);
        } else if (mayRead && isStale(shelf)) {
          mayRead = false;
          read(shelf, now);
        } else break;
      }
    }
    return taken;
  }

  /** Entries that were due and waiting at the last look: more workers would help with them. */
  backlog(now: number): number {
    return this.#shelves.reduce((sum, { kept, others, overdue, turns }) => {
      const first = firstDue(kept, now);
      // The others are later than all that is kept.
      const more = first === 0 ? others : 0;
      return sum + overdue.length + (turns?.size ?? 0) + lettersFrom(kept, first) + more;
    }, 0);
  }

  /** When the next of those that are not due is due, ms; Infinity when none is known. */
  nextDue(now: number): number {
    const times = this.#shelves.map(({ kept }) => dueOf(kept.at(-1))).filter((due) => due > now);
    return Math.min(...times, Number.POSITIVE_INFINITY);
  }

  #look(now: number): void {
    if (now < this.#now - minJumpMs) {
      for (const shelf of this.#shelves) {
        shelf.stale = true;
        shelf.doubtful = true;
      }
    }
    this.#now = now;
  }
}

function dueOf(name: string | undefined): number {
  return name === undefined ? Number.POSITIVE_INFINITY : Number(name.slice(0, 13));
}

/** Where the due ones begin in names of which the first stands last. */
function firstDue(kept: readonly string[], now: number): number {
  let low = 0;
  for (let high = kept.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if (dueOf(kept[middle]) <= now) high = middle;
    else low = middle + 1;
  }
  return low;
}

function nextOf(shelf: Shelf, now: number): string | undefined {
  const { turns, priority } = shelf;
  if (!turns) return nextDueOf(shelf, now);
  for (let name = nextDueOf(shelf, now); name !== undefined; name = nextDueOf(shelf, now)) {
    const parts = readWaitingName(priority, name);
    if (parts) turns.add(name, parts.id);
  }
  return turns.take();
}

function nextDueOf(shelf: Shelf, now: number): string | undefined {
  const overdue = shelf.overdue.pop();
  if (overdue !== undefined) return overdue;
  return dueOf(shelf.kept.at(-1)) <= now ? shelf.kept.pop() : undefined;
}

function isStale({ stale, kept, others }: Shelf): boolean {
  return stale || (others > 0 && kept.length === 0);
}

/** Puts what was notified in its place. */
function sortNoted(shelf: Shelf): void {
  const { kept, noted, priority } = shelf;
  for (const name of noted) {
    if (!readWaitingName(priority, name)) continue;
    const at = placeOf(kept, name);
    if (kept[at] === name) continue;
    if (at === 0 && shelf.others > 0) shelf.others += 1;
    else kept.splice(at, 0, name);
  }
  noted.clear();
  if (kept.length > 2 * maxKept) shelf.others += kept.splice(0, kept.length - maxKept).length;
}

/** Where a name stands, or would, in a list whose first is last. */
function placeOf(kept: readonly string[], name: string): number {
  let low = 0;
  let high = kept.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((kept[middle] ?? '') > name) low = middle + 1;
    else high = middle;
  }
  return low;
}

function read(shelf: Shelf, now: number): void {
  // Cleared before the reading: what comes meanwhile is notified.
  shelf.stale = false;
  shelf.noted.clear();
  shelf.turns?.clear();
  let found: string[] = [];
  let others = 0;
  for (const name of names(shelf.folder)) {
    if (!readWaitingName(shelf.priority, name)) continue;
    if (found.push(name) < 2 * maxKept) continue;
    others += maxKept;
    found = found.sort().slice(0, maxKept);
  }
  found.sort();
  others += found.splice(maxKept).length;
  shelf.kept = found.reverse();
  shelf.others = others;
  if (shelf.doubtful) findOverdue(shelf, now);
}

/**
 * When the clock has gone back, entries that were due when they were written lie in the future.
 * But the folder of an entry is never older than what was put into it.
 */
function findOverdue(shelf: Shelf, now: number): void {
  shelf.doubtful = shelf.others > 0;
  shelf.overdue = [];
  shelf.kept = shelf.kept.filter((name) => {
    const due = dueOf(name);
    if (due <= now) return true;
    const written = statSync(join(shelf.folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (written < due - minJumpMs) return true;
    shelf.overdue.push(name);
    return false;
  });
}

function* names(folder: string): Generator<string> {
  try {
    const dir = opendirSync(folder, { bufferSize: readAhead });
    try {
      for (let item = dir.readSync(); item !== null; item = dir.readSync()) yield item.name;
    } finally {
      dir.closeSync();
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    // Mail may lie where we do not see it: nobody must think that there is none.
    throw new TransientError(`the spool folder ${folder} is gone`, { cause: error });
  }
}
