/**
 * Taking mail in: the giver hears yes only after message, entry and folders are on disk (I2).
 *
 *   1. tmp/<id>/message.eml is written: a small message when it is whole, a large one while it
 *      arrives, and then its sync begins
 *   2. one folder for each target: a hard link of the message, its entry.json; then all is synced,
 *      and waited for (a folder that had both files in a former life has their names). What arrives
 *      on several connections meanwhile goes this way together
 *   3. each is renamed into new/<priority>, which is synced
 * A crash before 3 leaves only folders in tmp (cleaning removes them), and the giver, who has no
 * answer, keeps the mail. A crash within 3 may leave some of several targets: the giver tries
 * again, and those get it twice, as SMTP has it.
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type OpenFile, removeTree } from '../ground/disk.ts';
import { TransientError } from '../ground/errors.ts';
import { firstOf } from '../ground/pieces.ts';
import { freshWord } from '../ground/secret.ts';
import type { EntryMeta, Work } from '../model/entry.ts';
import { type EntryId, entryId, type ListId } from '../model/ids.ts';
import { ordinaryPriority, type Priority, type QueueName } from '../model/queues.ts';
import { messageFile } from './layout.ts';
import type { Sync } from './meta-files.ts';
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
  /** Brings the message to the disk, or waits until it is there. None: it is on disk. */
  readonly sync?: Sync;
  /** Lets go of the file, whatever became of it. */
  readonly close?: (() => void) | undefined;
};

/**
 * A message of so many bytes is kept in memory until it is whole, one for each connection. The
 * sync of a larger one is long, and would make those wait that go to the disk together.
 */
const smallBytes = 64 * 1024;

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
  const chunks = (source as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const { first, rest } = await firstOf(chunks, Math.min(smallBytes, maxBytes));
  if (!rest) return arriveWhole(spool, id, first);
  return await arriveInPieces(spool, id, [first, rest], maxBytes);
}

function arriveWhole(spool: Spool, id: EntryId, bytes: Buffer): Arrival {
  const folder = spool.draftFolder('incoming', id);
  const path = join(folder.path, messageFile);
  let file: OpenFile | undefined;
  try {
    file = spool.disk.open(path);
    file.write(bytes, 0);
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const { sync, close } = file;
    const isOwn = folder.isSpare;
    return { id, folder, file: path, size: bytes.length, digest, isOwn, sync, close };
  } catch (error) {
    discardArrival(spool, { folder, close: file?.close });
    throw error;
  }
}

async function arriveInPieces(
  spool: Spool,
  id: EntryId,
  [first, rest]: readonly [Buffer, AsyncIterable<Buffer>],
  maxBytes: number,
): Promise<Arrival> {
  const folder = spool.draftFolder('incoming', id);
  const file = join(folder.path, messageFile);
  const digest = createHash('sha256');
  let size = 0;
  let trouble: unknown;
  try {
    let synced = Promise.resolve();
    await new Promise<void>((isWhole, failed) => {
      synced = spool.disk.stream(file, async (write) => {
        const take = async (chunk: Buffer): Promise<void> => {
          size += chunk.length;
          if (trouble !== undefined || size > maxBytes) return;
          digest.update(chunk);
          await write(chunk).catch((error: unknown) => {
            trouble = error;
          });
        };
        await take(first);
        for await (const chunk of rest) await take(chunk);
        if (size > maxBytes) throw new MessageTooLarge(maxBytes);
        if (trouble !== undefined) throw trouble;
        isWhole();
      });
      synced.catch(failed);
    });
    const digested = `sha256:${digest.digest('hex')}`;
    const isOwn = folder.isSpare;
    return { id, folder, file, size, digest: digested, isOwn, sync: () => synced };
  } catch (error) {
    discardArrival(spool, { folder });
    throw error;
  }
}

/** Forgets a message that was not accepted after all. */
export function discardArrival(spool: Spool, arrival: Pick<Arrival, 'folder' | 'close'>): void {
  arrival.close?.();
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
    await prepare(spool, arrival, others, metas, folders);
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

/** Step 2. `folders` gets those that are made; the message itself is in the first. */
async function prepare(
  spool: Spool,
  arrival: Arrival,
  others: readonly Target[],
  metas: readonly EntryMeta[],
  folders: DraftFolder[],
): Promise<void> {
  try {
    // The message itself goes to the first target of `incoming`, or is linked like the others.
    for (const [n, target] of others.entries()) {
      const folder = spool.draftFolder(target.queue, idOf(arrival.id, n + 1), 'linked');
      folders.push(folder);
      await spool.disk.link(arrival.file, join(folder.path, messageFile));
    }
    // All are waited for, also when one fails: nothing may be written into what is taken back.
    const written = await Promise.allSettled(
      metas.map((meta, n) => {
        const folder = folders[n] ?? arrival.folder;
        return spool.metaFiles.write(folder, meta, n === 0 ? arrival.sync : undefined);
      }),
    );
    for (const one of written) if (one.status === 'rejected') throw one.reason;
  } finally {
    arrival.close?.();
  }
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
