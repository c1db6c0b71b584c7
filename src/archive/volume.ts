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
    const bytes = Buffer.allocUnsafe(end - start);
    return bytes.subarray(0, readFully(file, bytes, start));
  } finally {
    closeSync(file);
  }
}

function readFully(file: number, into: Buffer, start: number): number {
  let got = 0;
  for (let more = -1; more !== 0 && got < into.length; got += more) {
    more = readSync(file, into, got, into.length - got, start + got);
  }
  return got;
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

/** Bytes that are read ahead. */
const windowBytes = 1_048_576;

/** Reads a volume from one end to the other: what is near is in memory already. */
export class VolumeReader implements Disposable {
  readonly size: number;
  readonly #folder: string;
  readonly #volume: VolumeName;
  readonly #file: number | undefined;
  #window: Buffer = Buffer.alloc(0);
  #start = 0;

  constructor(folder: string, volume: VolumeName) {
    this.#folder = folder;
    this.#volume = volume;
    this.size = volumeSize(folder, volume);
    const plain = plainFile(folder, volume);
    this.#file = existsSync(plain) ? openSync(plain, 'r') : undefined;
  }

  /** The bytes of a range that is known to be small; less where the volume ends. */
  bytes(start: number, end: number): Buffer {
    const last = Math.min(end, this.size);
    if (start < this.#start || last > this.#start + this.#window.length) this.#move(start, last);
    return this.#window.subarray(start - this.#start, last - this.#start);
  }

  /** What stands at a place. */
  at(at: number): Found {
    if (at >= this.size) return { kind: 'end' };
    const read = readHead(this.bytes(at, at + maxHeadBytes));
    if (read.kind === 'short') return { kind: 'torn', at };
    if (read.kind === 'wrong') return { kind: 'wrong', at, why: read.why };
    const start = at + read.bytes;
    const next = start + read.head.size + trailerBytes;
    if (next > this.size) return { kind: 'torn', at };
    const digest = readTrailer(this.bytes(next - trailerBytes, next));
    if (digest === undefined) return { kind: 'wrong', at, why: 'a record without its end' };
    return { kind: 'record', head: read.head, at, next, start, digest };
  }

  #move(start: number, end: number): void {
    const last = Math.min(this.size, Math.max(end, start + windowBytes));
    this.#start = start;
    if (this.#file === undefined) {
      const range = { volume: this.#volume, start, end: last };
      this.#window = rangeBytes(this.#folder, range);
      return;
    }
    // A new one: somebody may still hold pieces of the old one.
    const bytes = Buffer.allocUnsafe(last - start);
    this.#window = bytes.subarray(0, readFully(this.#file, bytes, start));
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}

/** The records of a volume from a place on, and what stopped the walk. */
export function* records(folder: string, volume: VolumeName, from = 0): Generator<Found> {
  using reader = new VolumeReader(folder, volume);
  for (let at = from; ; ) {
    const found = reader.at(at);
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
