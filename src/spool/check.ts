/**
 * Looks through a spool for what should not be there, and for what should be.
 *
 * It only reads, and runners go on meanwhile: what has moved on when it is looked at is no
 * finding. What is done about a finding stands in `engine/check.ts`.
 */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { namesIn } from '../ground/disk.ts';
import { errorCode } from '../ground/errors.ts';
import { piecesOf } from '../ground/pieces.ts';
import { ageText, bytesText } from '../model/amounts.ts';
import type { EntryMeta } from '../model/entry.ts';
import { isEntryId } from '../model/ids.ts';
import {
  isQueueName,
  parkingNames,
  priorities,
  type QueueName,
  queueNames,
} from '../model/queues.ts';
import { limitsFiles } from './door-limits.ts';
import { commitFile, readClaimedName, readWaitingName, spoolFolders, whyFile } from './layout.ts';
import { readPlace, readWhy } from './parked.ts';
import { folderNames, isFolder, type Place, parkedIn, waitingIn } from './places.ts';
import { open, readProgress } from './progress.ts';
import { spareSuffix } from './spares.ts';
import type { Spool } from './spool.ts';

/** One thing that is not as it should be; `path` counts from the spool's folder. */
export type Finding = { readonly path: string; readonly text: string } & (
  | { readonly kind: 'missing-folder' }
  /** What nobody put there; `queue` where it can be set aside. */
  | { readonly kind: 'stray'; readonly queue: QueueName | undefined }
  | { readonly kind: 'broken'; readonly place: Place; readonly reason: string }
  /** In the folder of another priority than its own. */
  | { readonly kind: 'misplaced'; readonly place: Place; readonly meta: EntryMeta }
  /** Begun and given up: a draft, or a removal. */
  | { readonly kind: 'leftover'; readonly queue: QueueName }
  /** Claims of a worker that does not run. */
  | { readonly kind: 'orphan'; readonly queue: QueueName; readonly worker: string }
  /** A batch with nothing left to hand over. */
  | { readonly kind: 'done'; readonly place: Place }
  | { readonly kind: 'no-reason'; readonly place: Place }
  | { readonly kind: 'room' }
);

export type CheckOptions = {
  readonly now: number;
  /** A draft older than this was given up. */
  readonly tmpMs: number;
  /** Read every message and compare its digest. */
  readonly deep: boolean;
  /** Less than this on the disk is a finding. */
  readonly freeBytes: number;
};

/** A removal takes milliseconds; one that is older was cut off. */
const removalMs = 600_000;
/** What people and file systems may keep in the spool's own folder. */
const welcome = new Set(['README.md', 'lost+found', ...limitsFiles]);
/** Files that the disk must still be able to hold. */
const minFreeFiles = 1000;

/** All findings but those that take a lock to find. */
export async function* findings(spool: Spool, options: CheckOptions): AsyncGenerator<Finding> {
  const { root } = spool.paths;
  const at = (path: string) => relative(root, path);
  for (const path of spoolFolders(root).filter((folder) => !isFolder(folder))) {
    yield { kind: 'missing-folder', path: at(path), text: 'the folder is missing' };
  }
  for (const { path, queue } of strays(spool)) {
    yield { kind: 'stray', path: at(path), queue, text: 'this is nothing that we put there' };
  }
  for (const queue of queueNames) {
    yield* leftovers(spool, queue, options);
    yield* sick(waitingIn(spool, queue), spool, options);
  }
  for (const where of parkingNames) yield* sick(parkedIn(spool, where), spool, options);
  yield* room(spool, options);
}

/** Names that do not have the form that their folder wants. */
function* strays(spool: Spool): Generator<{ path: string; queue: QueueName | undefined }> {
  const { paths } = spool;
  const known: readonly string[] = [...queueNames, ...parkingNames];
  const below = function* (folder: string, queue: QueueName | undefined, ok: Fits) {
    for (const name of folderNames(folder)) {
      if (!ok(name, join(folder, name))) yield { path: join(folder, name), queue };
    }
  };
  yield* below(paths.root, undefined, (name) => known.includes(name) || welcome.has(name));
  for (const queue of queueNames) {
    yield* below(paths.queue(queue), queue, (name) => ['tmp', 'new', 'claimed'].includes(name));
    yield* below(dirname(paths.new(queue, 0)), queue, (name) => /^[0-9]$/.test(name));
    for (const priority of priorities) {
      yield* below(
        paths.new(queue, priority),
        queue,
        (name, path) => readWaitingName(priority, name) !== undefined && isFolderOrGone(path),
      );
    }
    yield* below(paths.claimedRoot(queue), queue, (_, path) => isFolderOrGone(path));
    for (const worker of spool.workers(queue)) {
      yield* below(
        paths.claimed(queue, worker),
        queue,
        (name) => readClaimedName(name) !== undefined || name === commitFile,
      );
    }
  }
  for (const where of parkingNames) {
    yield* below(join(paths.root, where), undefined, isQueueName);
    for (const queue of queueNames) {
      yield* below(
        paths.parking(where, queue),
        queue,
        (name, path) => isEntryId(name) && isFolderOrGone(path),
      );
    }
  }
}

type Fits = (name: string, path: string) => boolean;

function isFolderOrGone(path: string): boolean {
  return isFolder(path) || statSync(path, { throwIfNoEntry: false }) === undefined;
}

function* leftovers(
  spool: Spool,
  queue: QueueName,
  { now, tmpMs }: CheckOptions,
): Generator<Finding> {
  const folder = spool.paths.tmp(queue);
  for (const name of namesIn(folder)) {
    if (name.endsWith(spareSuffix)) continue;
    const age = now - (changedAt(join(folder, name)) ?? now);
    const isGone = name.endsWith('.gone');
    if (age < (isGone ? removalMs : tmpMs)) continue;
    const what = isGone ? 'a removal that was cut off' : 'a draft that was given up';
    const text = `${what}, ${ageText(age)} old`;
    yield { kind: 'leftover', path: join(queue, 'tmp', name), queue, text };
  }
}

/** When a file or folder was last changed, or (its folder may be an old one) let go, ms. */
export function changedAt(path: string): number | undefined {
  const time = path.endsWith('.gone') ? 'ctimeMs' : 'mtimeMs';
  return statSync(path, { throwIfNoEntry: false })?.[time];
}

async function* sick(
  places: Iterable<Place>,
  spool: Spool,
  { deep }: CheckOptions,
): AsyncGenerator<Finding> {
  const digests = new Map<string, Promise<string>>();
  for (const place of places) {
    const path = relative(spool.paths.root, place.folder);
    const parked = place.kind === 'parked';
    // Told as a stray already.
    if (!isEntryId(place.id)) continue;
    if (parked && readWhy(place.folder) === undefined && isFolder(place.folder)) {
      yield { kind: 'no-reason', path, place, text: `${whyFile} is missing or unreadable` };
    }
    // What is no entry is at home in bad.
    if (parked && place.where === 'bad') continue;
    const read = readPlace(place);
    if (read.kind === 'gone') continue;
    const reason =
      read.kind === 'broken' ? read.reason : await wrongIn(place, read.meta, deep, digests);
    if (reason !== undefined) {
      if (isFolder(place.folder)) yield { kind: 'broken', path, place, reason, text: reason };
    } else if (read.kind === 'entry' && place.kind === 'waiting') {
      yield* oddities(place, read.meta, path);
    }
  }
}

function* oddities(
  place: Place & { readonly kind: 'waiting' },
  meta: EntryMeta,
  path: string,
): Generator<Finding> {
  // The due time may differ: renaming an entry is how people make it due at once.
  if (place.name.priority !== meta.priority) {
    const text = `its priority is ${meta.priority}, but it lies in ${place.name.priority}`;
    yield { kind: 'misplaced', path, place, meta, text };
  }
  if (meta.work.kind !== 'batch') return;
  const { states } = readProgress(place.folder, meta.work.recipients.length);
  if (states.length > 0 && !states.includes(open)) {
    yield { kind: 'done', path, place, text: 'a batch with nothing left to hand over' };
  }
}

/** What speaks against an entry whose metadata could be read. */
async function wrongIn(
  place: Place,
  meta: EntryMeta,
  deep: boolean,
  digests: Map<string, Promise<string>>,
): Promise<string | undefined> {
  const id = place.kind === 'parked' ? basename(place.id).replace(/-again\d+$/, '') : place.id;
  if (meta.id !== id) return `entry.json is that of ${meta.id}, not of ${id}`;
  const file = join(place.folder, 'message.eml');
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) return 'message.eml is missing';
  if (found.size !== meta.message.size) {
    return `message.eml has ${found.size} bytes, not ${meta.message.size}`;
  }
  if (!deep || meta.message.digest === null) return undefined;
  // The batches of a mailing share one file: it is read once.
  const key = `${found.dev}.${found.ino}`;
  const known = digests.get(key) ?? digestOf(file);
  digests.set(key, known);
  const digest = await known;
  if (digest === '') digests.delete(key);
  if (digest === '' || digest === meta.message.digest) return undefined;
  return `message.eml is damaged: its digest is ${digest}, not ${meta.message.digest}`;
}

/** The digest of a message; empty when it was taken while it was read. */
async function digestOf(file: string): Promise<string> {
  const digest = createHash('sha256');
  try {
    for await (const piece of piecesOf(file)) digest.update(piece);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
  return `sha256:${digest.digest('hex')}`;
}

async function* room(spool: Spool, { freeBytes }: CheckOptions): AsyncGenerator<Finding> {
  const disk = await statfs(spool.paths.root);
  const free = disk.bavail * disk.bsize;
  if (free < freeBytes) {
    const text = `${bytesText(free)} left on its disk; intake stops at ${bytesText(freeBytes)}`;
    yield { kind: 'room', path: '.', text: `${text} (limits.freeBytes)` };
  }
  if (disk.files > 0 && disk.ffree < minFreeFiles) {
    yield { kind: 'room', path: '.', text: `its disk can hold ${disk.ffree} more files only` };
  }
}
