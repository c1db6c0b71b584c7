/**
 * Taking mail in: the giver hears yes only after message, entry and folders are on disk (I2).
 *
 *   1. tmp/<id>/message.eml is written (`arriving.ts`): a small message when it is whole, a large
 *      one while it arrives, and then its sync begins
 *   2. one folder for each target: a hard link of the message, its entry.json; then all is synced,
 *      and waited for (a folder that had both files in a former life has their names). What arrives
 *      on several connections meanwhile goes through 1 to 3 when these are through, and most of it
 *      as one entry (`bundles.ts`)
 *   3. each is renamed into new/<priority>, which is synced
 * A crash before 3 leaves only folders in tmp (cleaning removes them), and the giver, who has no
 * answer, keeps the mail. A crash within 3 may leave some of several targets: the giver tries
 * again, and those get it twice, as SMTP has it.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { removeTree } from '../ground/disk.ts';
import { TransientError } from '../ground/errors.ts';
import type { EntryMeta, Work } from '../model/entry.ts';
import { childId, type EntryId, entryId, type ListId } from '../model/ids.ts';
import { ordinaryPriority, type Priority, type QueueName } from '../model/queues.ts';
import { type Arrival, discardArrival, type Heard, hear, land } from './arriving.ts';
import { bundle, bundlesOf } from './bundles.ts';
import { messageFile } from './layout.ts';
import type { DraftFolder } from './spares.ts';
import type { Spool } from './spool.ts';

/** Where one copy of an incoming message goes. */
export type Target = {
  readonly queue: QueueName;
  readonly recipient?: string | undefined;
  readonly list?: ListId | undefined;
  /** Not before this time, ms; at once when left out. */
  readonly due?: number | undefined;
  readonly work: Work;
  readonly priority?: Priority | undefined;
};

/** Step 1: takes the bytes as they come, and all of them are in a file then. */
export async function arrive(spool: Spool, source: Readable, maxBytes: number): Promise<Arrival> {
  return await land(spool, await hear(spool, source, maxBytes));
}

/** A message in memory that waits for its turn, and who is told what came of it. */
export type Waiting = {
  readonly message: Heard;
  readonly sender: string | null;
  readonly targets: readonly Target[];
  readonly now: number;
  taken(ids: readonly EntryId[]): void;
  refused(error: unknown): void;
};

/** All steps, for what is still in memory: together with what else comes at this time. */
export function acceptHeard(
  spool: Spool,
  message: Heard,
  sender: string | null,
  targets: readonly Target[],
  now: number,
): Promise<readonly EntryId[]> {
  return new Promise((taken, refused) => {
    const one: Waiting = { message, sender, targets, now, taken, refused };
    spool.arrivals.add(one, async (group) => {
      await Promise.all(bundlesOf(group).map((part) => acceptPart(spool, part)));
    });
  });
}

/** One message, or a bundle: then each has it for good, or none has. */
async function acceptPart(spool: Spool, part: readonly Waiting[]): Promise<void> {
  const [first, ...others] = part;
  if (!first) return;
  try {
    const { now } = first;
    if (others.length === 0) {
      const arrival = await land(spool, first.message);
      return first.taken(await accept(spool, arrival, first.sender, first.targets, now));
    }
    const { message, target } = bundle(part);
    await accept(spool, await land(spool, message), null, [target], now);
    for (const [n, one] of part.entries()) one.taken([childId(message.id, String(n))]);
  } catch (error) {
    for (const one of part) one.refused(error);
  }
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
    ...(target.recipient === undefined ? {} : { recipient: target.recipient }),
    ...(target.list === undefined ? {} : { list: target.list }),
    message: { size, digest, ...(isOwn && { own: true }) },
    hops: [],
    attempts: 0,
    work: target.work,
  };
}
