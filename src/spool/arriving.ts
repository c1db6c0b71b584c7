/**
 * A message on its way in, as far as a draft: step 1 of `intake.ts`.
 *
 * A small one is kept in memory until it is whole, so that nothing is made on disk for what is
 * refused, and what comes at the same time can be made together. A large one is written while it
 * arrives.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { wallClock } from '../ground/clock.ts';
import { removeTree } from '../ground/disk.ts';
import type { OpenFile } from '../ground/open-file.ts';
import { firstOf } from '../ground/pieces.ts';
import { growingWord } from '../ground/secret.ts';
import { type EntryId, entryId } from '../model/ids.ts';
import { messageFile } from './layout.ts';
import type { Sync } from './meta-files.ts';
import { type DraftFolder, madeFolder, notMade } from './spares.ts';
import type { Spool } from './spool.ts';

/** A message that is whole, and nowhere but in memory. */
export type Heard = {
  readonly kind: 'heard';
  readonly id: EntryId;
  readonly size: number;
  readonly bytes: Buffer;
};

/** A message that is on disk but that nobody sees yet. */
export type Arrival = {
  readonly kind: 'arrived';
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
 * Takes the bytes as they come. `source` is read to its end whatever happens, so that the giver
 * can be answered; nothing is kept of a message that is too large.
 */
export async function hear(
  spool: Spool,
  source: Readable,
  maxBytes: number,
): Promise<Heard | Arrival> {
  const id = entryId(`i${growingWord(wallClock.now())}`);
  const chunks = (source as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const { first, rest } = await firstOf(chunks, Math.min(smallBytes, maxBytes));
  if (!rest) return { kind: 'heard', id, size: first.length, bytes: first };
  return await arriveInPieces(spool, id, [first, rest], maxBytes);
}

/** Writes what is only in memory. The loop goes on meanwhile: others may come at the same time. */
export async function land(spool: Spool, message: Heard | Arrival): Promise<Arrival> {
  if (message.kind === 'arrived') return message;
  const { id, size, bytes } = message;
  const folder = await freshFolder(spool, id);
  const path = join(folder.path, messageFile);
  let file: OpenFile | undefined;
  try {
    file = await spool.disk.openAside(path);
    file.write(bytes, 0);
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const { sync, close } = file;
    const isOwn = folder.isSpare;
    return { kind: 'arrived', id, folder, file: path, size, digest, isOwn, sync, close };
  } catch (error) {
    discardArrival(spool, { folder, close: file?.close });
    throw error;
  }
}

/** Nobody else has that id, so nothing of it can lie there. */
async function freshFolder(spool: Spool, id: EntryId): Promise<DraftFolder> {
  const path = join(spool.paths.tmp('incoming'), id);
  const spare = spool.spares.take(path);
  if (spare) return spare;
  await spool.disk.makeDirAside(path).catch((error: unknown) => {
    throw notMade(path, error);
  });
  return madeFolder(path);
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
    const sync = () => synced;
    return { kind: 'arrived', id, folder, file, size, digest: digested, isOwn, sync };
  } catch (error) {
    discardArrival(spool, { folder });
    throw error;
  }
}

/** Forgets what was made for a message that was not accepted after all. */
export function discardArrival(spool: Spool, arrival: Pick<Arrival, 'folder' | 'close'>): void {
  arrival.close?.();
  removeTree(spool.disk, arrival.folder.path);
}
