/**
 * Where entries stand: for people and for maintenance, never on the mail path.
 *
 * These walks read folder after folder while runners move entries from one to the next, so an
 * entry may be seen twice or be gone when its folder is opened. Whoever acts on one takes it
 * first, by a rename; whoever only shows it says "gone" and goes on.
 */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from '../ground/disk.ts';
import { type EntryId, isBundle, letterIds, lettersIn } from '../model/ids.ts';
import {
  type ParkingName,
  parkingNames,
  priorities,
  type QueueName,
  queueNames,
} from '../model/queues.ts';
import { type EntryName, readClaimedName, readWaitingName } from './layout.ts';
import type { Spool } from './spool.ts';

/** One entry, and the state that its place says. */
export type Place =
  | {
      readonly kind: 'waiting';
      readonly queue: QueueName;
      readonly id: string;
      readonly folder: string;
      readonly name: EntryName;
      /** In which it still is: the folder is the bundle's. */
      readonly bundle?: EntryId;
    }
  | {
      readonly kind: 'claimed';
      readonly queue: QueueName;
      readonly id: string;
      readonly folder: string;
      readonly name: EntryName;
      readonly worker: string;
      readonly bundle?: EntryId;
    }
  | {
      readonly kind: 'parked';
      /** The queue that it was parked from. */
      readonly queue: QueueName;
      /** As its folder is called: its id, but for one that was parked a second time. */
      readonly id: string;
      readonly folder: string;
      readonly where: ParkingName;
    };

/** What waits in a queue, the most urgent and the earliest due first. */
export function* waitingIn(spool: Spool, queue: QueueName): Generator<Place> {
  for (const priority of priorities) {
    const folder = spool.paths.new(queue, priority);
    for (const text of namesIn(folder).sort()) {
      const name = readWaitingName(priority, text);
      if (name) yield { kind: 'waiting', queue, id: name.id, folder: join(folder, text), name };
    }
  }
}

/** What is in work in a queue. */
export function* claimedIn(spool: Spool, queue: QueueName): Generator<Place> {
  for (const worker of spool.workers(queue).sort()) {
    const folder = spool.paths.claimed(queue, worker);
    for (const text of folderNames(folder).sort()) {
      const name = readClaimedName(text);
      if (name) {
        yield { kind: 'claimed', queue, worker, id: name.id, folder: join(folder, text), name };
      }
    }
  }
}

/** What is parked in one place, from one queue or from all. */
export function* parkedIn(
  spool: Spool,
  where: ParkingName,
  queues: readonly QueueName[] = queueNames,
): Generator<Place> {
  for (const queue of queues) {
    const folder = spool.paths.parking(where, queue);
    for (const id of namesIn(folder).sort()) {
      if (isFolder(join(folder, id))) {
        yield { kind: 'parked', where, queue, id, folder: join(folder, id) };
      }
    }
  }
}

/** The places of letters: those that are still in a bundle stand for it. */
export function* unbundled(places: Iterable<Place>): Generator<Place> {
  for (const place of places) {
    if (place.kind === 'parked' || !isBundle(place.id)) yield place;
    else {
      const bundle = place.name.id;
      for (const id of letterIds(bundle)) {
        yield { ...place, id, bundle, name: { ...place.name, id } };
      }
    }
  }
}

/** Every entry of the spool; those of a bundle one by one. */
export function* allPlaces(spool: Spool): Generator<Place> {
  for (const queue of queueNames) {
    yield* unbundled(waitingIn(spool, queue));
    yield* unbundled(claimedIn(spool, queue));
  }
  for (const where of parkingNames) yield* parkedIn(spool, where);
}

/** Figures of one queue. */
export type Tally = {
  readonly queue: QueueName;
  readonly waiting: number;
  /** Of those that wait: due by now. */
  readonly due: number;
  readonly claimed: number;
  readonly held: number;
  readonly shunt: number;
  readonly bad: number;
  /** When the one that is due longest was due, ms. */
  readonly oldest: number | undefined;
};

/** Counts one queue, by names alone. */
export function tally(spool: Spool, queue: QueueName, now: number): Tally {
  let waiting = 0;
  let due = 0;
  let oldest: number | undefined;
  for (const priority of priorities) {
    for (const text of namesIn(spool.paths.new(queue, priority))) {
      const name = readWaitingName(priority, text);
      if (!name) continue;
      waiting += lettersIn(name.id);
      if (name.due > now) continue;
      due += lettersIn(name.id);
      oldest = Math.min(oldest ?? name.due, name.due);
    }
  }
  const parked = (where: ParkingName) => namesIn(spool.paths.parking(where, queue)).length;
  return {
    queue,
    waiting,
    due,
    claimed: [...unbundled(claimedIn(spool, queue))].length,
    held: parked('held'),
    shunt: parked('shunt'),
    bad: parked('bad'),
    oldest,
  };
}

/** Entries by what a person types: an id, the beginning of one, or the id of an ancestor. */
export function findPlaces(places: Iterable<Place>, text: string): readonly Place[] {
  const found = [...places].filter(({ id }) => id.startsWith(text));
  const exact = found.filter(({ id }) => id === text);
  return exact.length > 0 ? exact : found;
}

/** The names in a folder; none where it is a file, which is for the check to report. */
export function folderNames(path: string): string[] {
  return isFolder(path) ? namesIn(path) : [];
}

/** Whether a folder, not a link to one, is there now. */
export function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
