/**
 * Taking mail in: the giver hears yes only after message, entry and folders are on disk (I2).
 *
 *   1. tmp/<id>/message.eml is written while it arrives; its sync begins
 *   2. one folder for each target: a hard link of the message, its entry.json; all is synced, and
 *      the message is waited for (a folder that had both files in a former life has their names)
 *   3. each is renamed into new/<priority>, which is synced
 * A crash before 3 leaves only folders in tmp (cleaning removes them), and the giver, who has no
 * answer, keeps the mail. A crash within 3 may leave some of several targets: the giver tries
 * again, and those get it twice, as SMTP has it.
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { removeTree } from '../ground/disk.ts';
import { errorCode, TransientError } from '../ground/errors.ts';
import { freshWord } from '../ground/secret.ts';
import type { EntryMeta, Work } from '../model/entry.ts';
import { type EntryId, entryId, type ListId } from '../model/ids.ts';
import { ordinaryPriority, type Priority, type QueueName } from '../model/queues.ts';
import { messageFile } from './layout.ts';
import type { DraftFolder } from './spares.ts';
import type { Spool } from './spool.ts';

/** Where one copy of an incoming message goes. */
export type Target = {
  readonly queue: QueueName;
  readonly recipient: string;
  readonly list?: ListId | undefined;
  /** Not before this time, ms; at once when left out. */
  readonly due?: number | undefined;
  readonly work: Work;
  readonly priority?: Priority | undefined;
};

/** A message that is on disk but that nobody sees yet. */
export type Arrival = {
  readonly id: EntryId;
  readonly folder: DraftFolder;
  readonly file: string;
  readonly size: number;
  readonly digest: string;
  /** Neither its message nor its metadata have another name than in this folder. */
  readonly isOwn?: boolean;
  /** The sync of the message that runs: who accepts waits for it. None: it is on disk. */
  readonly synced?: Promise<void>;
};

/** The message has more bytes than may be: for good, not for now. */
export class MessageTooLarge extends Error {
  override readonly name = 'MessageTooLarge';
  readonly maxBytes: number;
  constructor(maxBytes: number) {
    super(`the message is larger than ${maxBytes} bytes`);
    this.maxBytes = maxBytes;
  }
}

/**
 * Step 1: takes the bytes as they come. `source` is read to its end whatever happens, so that the
 * giver can be answered; nothing is kept of a message that is too large.
 */
export async function arrive(spool: Spool, source: Readable, maxBytes: number): Promise<Arrival> {
  const id = entryId(`i${freshWord()}`);
  const folder = spool.draftFolder('incoming', id);
  const file = join(folder.path, messageFile);
  const digest = createHash('sha256');
  let size = 0;
  let trouble: unknown;
  try {
    const { promise: whole, resolve: isWhole } = openPromise();
    const synced = spool.disk.stream(file, async (write) => {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (trouble !== undefined || size > maxBytes) continue;
        digest.update(chunk);
        await write(chunk).catch((error: unknown) => {
          trouble = error;
        });
      }
      if (size > maxBytes) throw new MessageTooLarge(maxBytes);
      if (trouble !== undefined) throw trouble;
      isWhole();
    });
    synced.catch(() => undefined);
    await Promise.race([whole, synced]);
    const digested = `sha256:${digest.digest('hex')}`;
    return { id, folder, file, size, digest: digested, isOwn: folder.isSpare, synced };
  } catch (error) {
    discardArrival(spool, { folder });
    throw error;
  }
}

function openPromise(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** Forgets a message that was not accepted after all. */
export function discardArrival(spool: Spool, arrival: Pick<Arrival, 'folder'>): void {
  removeTree(spool.disk, arrival.folder.path);
}

/**
 * Steps 2 and 3: when this resolves, each target has it for good. `beforeSeen` is called between
 * them: what it makes durable is true before anybody works on the message.
 */
export async function accept(
  spool: Spool,
  arrival: Arrival,
  sender: string | null,
  targets: readonly Target[],
  now: number,
  beforeSeen?: () => Promise<void>,
): Promise<readonly EntryId[]> {
  const [first, ...others] = targets;
  if (!first) throw new Error('a message without a target');
  const isOwn = arrival.isOwn === true && others.length === 0;
  const metas = targets.map((target, n) => metaOf(arrival, isOwn, sender, target, n, now));
  const folders = [arrival.folder];
  try {
    // The message itself goes to the first target of `incoming`, or is linked like the others.
    for (const [n, target] of others.entries()) {
      const folder = spool.draftFolder(target.queue, idOf(arrival.id, n + 1), 'linked');
      folders.push(folder);
      await spool.disk.link(arrival.file, join(folder.path, messageFile));
    }
    // All are waited for, also when one fails: nothing may be written into what is taken back.
    const written = await Promise.allSettled([
      arrival.synced,
      ...metas.map(async (meta, n) => spool.metaFiles.write(folders[n] ?? arrival.folder, meta)),
    ]);
    for (const one of written) if (one.status === 'rejected') throw one.reason;
    if (first.queue !== 'incoming') {
      const folder = join(spool.paths.tmp(first.queue), arrival.id);
      // An earlier try that was cut off here has left its own, under the same name.
      if (fs.existsSync(folder)) removeTree(spool.disk, folder);
      spool.disk.rename(arrival.folder.path, folder);
      folders[0] = { ...arrival.folder, path: folder };
    }
    if (beforeSeen) {
      const drafts = new Set(targets.map(({ queue }) => spool.paths.tmp(queue)));
      await Promise.all([...drafts].map((folder) => spool.disk.syncDir(folder)));
      await beforeSeen();
    }
    for (const [n, { queue }] of targets.entries()) {
      const meta = metas[n];
      if (meta && !spool.publish({ ...meta, queue })) {
        throw new TransientError(`${meta.id} is gone from tmp of ${queue}`);
      }
    }
  } catch (error) {
    for (const folder of folders) discardArrival(spool, { folder });
    throw error;
  }
  const touched = targets.map(({ queue }, n) => {
    return spool.paths.new(queue, metas[n]?.priority ?? ordinaryPriority);
  });
  await Promise.all([...new Set(touched)].map((folder) => spool.disk.syncDir(folder)));
  return metas.map((meta) => meta.id);
}

function idOf(id: EntryId, n: number): EntryId {
  return n === 0 ? id : entryId(`${id}x${n}`);
}

function metaOf(
  { size, digest, ...arrival }: Arrival,
  isOwn: boolean,
  sender: string | null,
  target: Target,
  n: number,
  now: number,
): EntryMeta {
  return {
    version: 1,
    id: idOf(arrival.id, n),
    priority: target.priority ?? ordinaryPriority,
    due: target.due ?? now,
    round: 0,
    received: now,
    sender,
    recipient: target.recipient,
    ...(target.list === undefined ? {} : { list: target.list }),
    message: { size, digest, ...(isOwn && { own: true }) },
    hops: [],
    attempts: 0,
    work: target.work,
  };
}

const roomChecks = new WeakMap<Spool, { at: number; full: string | undefined }>();
const roomCheckMs = 1000;

/** Refuses at the door when disk or queue is full (I10); looks once a second at most. */
export function checkRoom(
  spool: Spool,
  limits: { freeBytes: number; queueDepth: number },
  now: number,
): void {
  let check = roomChecks.get(spool);
  if (!check || now - check.at >= roomCheckMs || now < check.at) {
    check = { at: now, full: whatIsFull(spool, limits) };
    roomChecks.set(spool, check);
  }
  if (check.full !== undefined) throw new TransientError(check.full);
}

function whatIsFull(
  spool: Spool,
  limits: { freeBytes: number; queueDepth: number },
): string | undefined {
  const folder = spool.paths.new('incoming', ordinaryPriority);
  try {
    const disk = fs.statfsSync(folder);
    const free = disk.bavail * disk.bsize;
    if (free < limits.freeBytes) {
      return `the disk of ${spool.paths.root} has ${free} bytes left (limits.freeBytes)`;
    }
    if (isDeeper(folder, limits.queueDepth)) {
      return `more than ${limits.queueDepth} entries wait in incoming (limits.queueDepth)`;
    }
    return undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return `${folder} is not there`;
    throw error;
  }
}

/** Entries are folders, and most file systems count a folder's folders in its links. */
function isDeeper(folder: string, depth: number): boolean {
  const { nlink, size } = fs.statSync(folder);
  if (nlink > 2) return nlink - 2 > depth;
  // Others say 1 for any number. A folder's size grows with its names: a large one is counted.
  return size / bytesPerName > depth && fs.readdirSync(folder).length > depth;
}

/** A name of ours takes at least so much of a folder. */
const bytesPerName = 40;
