/**
 * Brings the index up to what the volumes hold: after each handful of postings, after a crash,
 * after an import, and from nothing (rebuild). There is no other way into the index, so what it
 * says of new mail is what a rebuild will say of it.
 *
 * How far a volume was read is written with what was read, in one transaction; two processes that
 * read the same do it once.
 */
import { existsSync, statSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { ListId } from '../model/ids.ts';
import { type Facts, factsOf, messageIn } from './facts.ts';
import { addToIndex, listNumber, nextVersion } from './index-write.ts';
import { archivedLists, packedFile, plainFile, type VolumeName, volumesOf } from './places.ts';
import { type Removal, readRemovals, tombstoneFacts } from './removed.ts';
import { type Database, statement } from './statement.ts';
import { type Found, type FoundRecord, VolumeReader, volumeSize } from './volume.ts';

/** Postings, and their bytes, that are taken in together. */
const batchPostings = 2000;
const batchBytes = 8_388_608;

const findVolume = statement<{ list: number; name: string }, VolumeRow>(
  'select seq, bytes, closed from volume where list = @list and name = @name',
);
const addVolume = statement<{ list: number; name: string }>(
  `insert into volume (list, name, bytes, closed) values (@list, @name, 0, 0)
   on conflict do nothing`,
);
const advance = statement<{ seq: number; from: number; to: number }>(
  'update volume set bytes = @to where seq = @seq and bytes = @from',
);
const close = statement<{ seq: number; bytes: number }>(
  'update volume set closed = 1 where seq = @seq and bytes = @bytes',
);
type VolumeRow = { seq: number; bytes: number; closed: number };

export type CaughtUp = {
  /** Postings that were taken in. */
  readonly postings: number;
  /** What was met that is no record: the volume is read up to there. */
  readonly faults: readonly Fault[];
};
export type Fault = { readonly volume: VolumeName; readonly at: number; readonly why: string };

export type CatchUpParts = {
  readonly folder: string;
  readonly db: Database;
  readonly lists?: readonly ListId[];
  /** Told after each batch: bytes that were read. */
  readonly progress?: (bytes: number, postings: number) => void;
  readonly signal?: AbortSignal;
};

/** Reads what is not in the index yet. */
export async function catchUp(parts: CatchUpParts): Promise<CaughtUp> {
  const { folder, lists = archivedLists(folder), signal } = parts;
  let postings = 0;
  const faults: Fault[] = [];
  for (const list of lists) {
    for (const volume of volumesOf(folder, list)) {
      if (signal?.aborted) return { postings, faults };
      const read = await readVolume(parts, volume);
      postings += read.postings;
      faults.push(...read.faults);
    }
  }
  return { postings, faults };
}

/** Reads one volume from where the index ends. */
async function readVolume(parts: CatchUpParts, volume: VolumeName): Promise<CaughtUp> {
  const { folder, db, signal } = parts;
  const list = listNumber(db, volume.list);
  const key = { list, name: volume.name };
  const row = db.get(findVolume, key);
  if (row?.closed === 1) return { postings: 0, faults: [] };
  const isPacked = !existsSync(plainFile(folder, volume)) && existsSync(packedFile(folder, volume));
  const size = volumeSize(folder, volume);
  let at = row?.bytes ?? 0;
  if (!isPacked && at >= size) return { postings: 0, faults: [] };
  if (!row) db.run(addVolume, key);
  const seq = db.get(findVolume, key)?.seq ?? 0;
  const removals = readRemovals(folder, volume.list);
  let postings = 0;
  using reader = new VolumeReader(folder, volume);
  for (;;) {
    const batch = await readBatch(folder, volume, at, reader, removals);
    postings += takeIn(db, { list, seq, from: at, to: batch.to }, batch.read);
    at = batch.to;
    parts.progress?.(batch.bytes, batch.read.length);
    if (batch.stop?.kind === 'wrong') {
      return { postings, faults: [{ volume, at: batch.stop.at, why: batch.stop.why }] };
    }
    if (batch.stop || signal?.aborted) break;
    // Whoever wants to store a posting meanwhile gets his turn.
    await setImmediate();
  }
  if (isPacked) db.run(close, { seq, bytes: size });
  return { postings, faults: [] };
}

type Read = { readonly record: FoundRecord; readonly facts: Facts; readonly removal?: Removal };
type Batch = {
  readonly read: readonly Read[];
  readonly to: number;
  readonly bytes: number;
  /** Why there is no more. */
  readonly stop: Exclude<Found, FoundRecord> | undefined;
};

async function readBatch(
  folder: string,
  volume: VolumeName,
  from: number,
  reader: VolumeReader,
  removals: ReadonlyMap<string, Removal>,
): Promise<Batch> {
  const read: Read[] = [];
  let at = from;
  while (read.length < batchPostings && at - from < batchBytes) {
    const found = reader.at(at);
    if (found.kind !== 'record') return { read, to: at, bytes: at - from, stop: found };
    const { head, start } = found;
    const removal = removals.get(head.entry);
    const facts = removal
      ? tombstoneFacts(removal)
      : await factsOf(
          await messageIn(folder, { volume, start, end: start + head.size }, reader),
          head,
          volume.list,
        );
    if (removal?.instead === undefined) {
      read.push({ record: found, facts, ...(removal && { removal }) });
    }
    at = found.next;
  }
  return { read, to: at, bytes: at - from, stop: undefined };
}

type Stretch = {
  readonly list: number;
  readonly seq: number;
  readonly from: number;
  readonly to: number;
};

/** One transaction; the number of postings that were new. */
function takeIn(db: Database, { list, seq, from, to }: Stretch, read: readonly Read[]): number {
  if (to === from) return 0;
  // Full text search takes numbers in order much faster.
  const inOrder = [...read].sort((a, b) => a.facts.at - b.facts.at);
  return db.transaction(() => {
    // Somebody else has read it meanwhile.
    if (db.run(advance, { seq, from, to }).changes === 0) return 0;
    const version = nextVersion(db);
    let postings = 0;
    for (const { record, facts, removal } of inOrder) {
      const { entry, size, insteadOf, called = null } = record.head;
      const state = removal ? 'removed' : insteadOf === undefined ? 'whole' : 'redacted';
      const placed = {
        list,
        entry,
        called,
        volume: seq,
        start: record.start,
        size,
        state,
      } as const;
      if (addToIndex(db, placed, facts, version)) postings += 1;
    }
    return postings;
  });
}

/** Bytes of all volumes that are not in the index yet, about: for bars of progress. */
export function bytesToRead(folder: string, lists: readonly ListId[]): number {
  let bytes = 0;
  for (const list of lists) {
    for (const volume of volumesOf(folder, list)) {
      bytes +=
        statSync(plainFile(folder, volume), { throwIfNoEntry: false })?.size ??
        volumeSize(folder, volume);
    }
  }
  return bytes;
}
