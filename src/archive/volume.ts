/** Reading volumes, packed or not: bytes, and records one after the other. */
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, existsSync, openSync, readSync, statSync } from 'node:fs';
import { rawSize, unpacked } from './packed.ts';
import { packedFile, plainFile, type VolumeName } from './places.ts';
import { maxHeadBytes, type RecordHead, readHead, readTrailer, trailerBytes } from './record.ts';

/** Bytes of a volume. */
export type VolumeRange = {
  readonly volume: VolumeName;
  readonly start: number;
  readonly end: number;
};

/** How long a volume is, unpacked; 0 where there is none. */
export function volumeSize(folder: string, volume: VolumeName): number {
  const plain = statSync(plainFile(folder, volume), { throwIfNoEntry: false });
  if (plain) return plain.size;
  const path = packedFile(folder, volume);
  return existsSync(path) ? rawSize(path) : 0;
}

/** The bytes of a range, piece by piece. */
export async function* rangeChunks(
  folder: string,
  { volume, start, end }: VolumeRange,
): AsyncGenerator<Buffer> {
  if (end <= start) return;
  const plain = plainFile(folder, volume);
  if (existsSync(plain)) yield* createReadStream(plain, { start, end: end - 1 });
  else yield* unpacked(packedFile(folder, volume), start, end);
}

/** The bytes of a range that is known to be small, whole. */
export function rangeBytes(folder: string, { volume, start, end }: VolumeRange): Buffer {
  const plain = plainFile(folder, volume);
  if (!existsSync(plain))
    return Buffer.concat([...unpacked(packedFile(folder, volume), start, end)]);
  const file = openSync(plain, 'r');
  try {
    return readAt(file, start, end - start);
  } finally {
    closeSync(file);
  }
}

function readAt(file: number, start: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let got = 0;
  for (let more = -1; more !== 0 && got < size; got += more) {
    more = readSync(file, bytes, got, size - got, start + got);
  }
  return bytes.subarray(0, got);
}

/** A record that was found, and where its message lies. */
export type FoundRecord = {
  readonly kind: 'record';
  readonly head: RecordHead;
  /** Where the record begins, and where the next one does. */
  readonly at: number;
  readonly next: number;
  /** Where the message begins. */
  readonly start: number;
  /** What its trailer says. */
  readonly digest: string;
};

/** What stands at a place of a volume. */
export type Found =
  | FoundRecord
  /** The volume ends there, as it should. */
  | { readonly kind: 'end' }
  /** A record was begun and not ended: the machine stopped meanwhile. */
  | { readonly kind: 'torn'; readonly at: number }
  | { readonly kind: 'wrong'; readonly at: number; readonly why: string };

/** What stands at `at` of a volume of `size` bytes. */
export function recordAt(folder: string, volume: VolumeName, at: number, size: number): Found {
  if (at >= size) return { kind: 'end' };
  const bytes = rangeBytes(folder, { volume, start: at, end: Math.min(size, at + maxHeadBytes) });
  const read = readHead(bytes);
  if (read.kind === 'short') return { kind: 'torn', at };
  if (read.kind === 'wrong') return { kind: 'wrong', at, why: read.why };
  const start = at + read.bytes;
  const next = start + read.head.size + trailerBytes;
  if (next > size) return { kind: 'torn', at };
  const end = rangeBytes(folder, { volume, start: next - trailerBytes, end: next });
  const digest = readTrailer(end);
  if (digest === undefined) return { kind: 'wrong', at, why: 'a record without its end' };
  return { kind: 'record', head: read.head, at, next, start, digest };
}

/** The records of a volume from a place on, and what stopped the walk. */
export function* records(folder: string, volume: VolumeName, from = 0): Generator<Found> {
  const size = volumeSize(folder, volume);
  for (let at = from; ; ) {
    const found = recordAt(folder, volume, at, size);
    yield found;
    if (found.kind !== 'record') return;
    at = found.next;
  }
}

/** Whether a message still is what it was when it was written. */
export async function isWhole(
  folder: string,
  volume: VolumeName,
  { start, head, digest }: FoundRecord,
): Promise<boolean> {
  const hash = createHash('sha256');
  for await (const chunk of rangeChunks(folder, { volume, start, end: start + head.size })) {
    hash.update(chunk);
  }
  return hash.digest('hex').startsWith(digest);
}
