/**
 * Puts postings into the volumes of their lists, each once and byte for byte. What comes together
 * shares one write and one sync a volume.
 *
 * Nothing is known of a posting until its record is whole on disk. A record that a crash cut off
 * is cut away before the next one is written, and its entry, which was not let go, comes again. An
 * entry that comes again although its record is whole (its end was not durable) is found in the
 * index, or among those that are not in the index yet. There is one writer of a volume: the
 * runner, under the lock of the archive, or whoever imports, under that of imports.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Disk, Write } from '../ground/disk.ts';
import { TransientError } from '../ground/errors.ts';
import { piecesOf } from '../ground/pieces.ts';
import type { ListId } from '../model/ids.ts';
import { indexedBytes } from './index-look.ts';
import { hasEntryOf, knownList } from './index-write.ts';
import { listFolder, openVolume, plainFile, type VolumeName, type Writer } from './places.ts';
import { headLine, type RecordHead, trailer } from './record.ts';
import type { Database } from './statement.ts';
import { rangeChunks, records, volumeSize } from './volume.ts';

/** One message to be kept. */
export type Keepable = Omit<RecordHead, 'size'> & {
  readonly list: ListId;
  /** Its bytes, or the file that holds them. */
  readonly message: Buffer | string;
};

/** `known`: it was kept before. */
export type KeptAs = 'kept' | 'known';

type Waiting = {
  readonly posting: Keepable;
  readonly done: (how: KeptAs) => void;
  readonly failed: (error: unknown) => void;
};

type Group = { readonly volume: VolumeName; readonly waiting: Waiting[] };

/** Read at once up to here. */
const smallBytes = 65_536;
/** Small pieces are written together up to here. */
const pieceBytes = 262_144;

export type KeeperParts = {
  readonly folder: string;
  readonly disk: Disk;
  readonly db: Database;
  readonly writer: Writer;
};

/** The one writer of the volumes of its kind. */
export class Keeper {
  readonly #parts: KeeperParts;
  #ready: Waiting[] = [];
  #busy = false;
  /** Where the next record of a volume goes, by its path. */
  readonly #ends = new Map<string, number>();
  /** What is whole on disk and may not be in the index yet: `<list> <entry>`. */
  readonly #fresh = new Set<string>();

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** Resolves when the posting is durable. */
  keep(posting: Keepable): Promise<KeptAs> {
    return new Promise((done, failed) => {
      this.#ready.push({ posting, done, failed });
      if (this.#busy) return;
      this.#busy = true;
      setImmediate(() => this.#run());
    });
  }

  /** What was kept so far is in the index once `work` has resolved. */
  async indexed(work: () => Promise<unknown>): Promise<void> {
    const before = [...this.#fresh];
    await work();
    for (const one of before) this.#fresh.delete(one);
  }

  async #run(): Promise<void> {
    while (this.#ready.length > 0) {
      const group = this.#ready;
      this.#ready = [];
      const byVolume = new Map<string, Group>();
      for (const waiting of group) await this.#sort(waiting, byVolume);
      for (const { volume, waiting } of byVolume.values()) await this.#append(volume, waiting);
    }
    this.#busy = false;
  }

  async #sort(waiting: Waiting, byVolume: Map<string, Group>): Promise<void> {
    const { posting } = waiting;
    const { folder, db, writer } = this.#parts;
    try {
      const volume = openVolume(folder, posting.list, posting.received, writer);
      const path = plainFile(folder, volume);
      // This also finds what is in the volume and not in the index.
      if (!this.#ends.has(path)) this.#ends.set(path, await this.#endOf(volume));
      const list = knownList(db, posting.list);
      const key = `${posting.list} ${posting.entry}`;
      if (this.#fresh.has(key) || (list !== undefined && hasEntryOf(db, list, posting.entry))) {
        waiting.done('known');
        return;
      }
      const group = byVolume.get(path) ?? { volume, waiting: [] };
      group.waiting.push(waiting);
      byVolume.set(path, group);
    } catch (error) {
      waiting.failed(error);
    }
  }

  async #append(volume: VolumeName, waiting: readonly Waiting[]): Promise<void> {
    const { folder, disk } = this.#parts;
    const path = plainFile(folder, volume);
    try {
      const home = listFolder(folder, volume.list);
      if (!existsSync(home)) disk.makeDir(home);
      const start = this.#ends.get(path) ?? (await this.#endOf(volume));
      let at = start;
      await disk.append(path, start, async (write) => {
        at += await writeAll(
          waiting.map(({ posting }) => posting),
          write,
        );
      });
      if (start === 0) for (const name of [home, folder, dirname(folder)]) await disk.syncDir(name);
      // Maintenance packs volumes that nobody has written for weeks; this one has waited for longer.
      if (!existsSync(path)) throw new TransientError(`${path} was packed under us`);
      this.#ends.set(path, at);
      for (const { posting, done } of waiting) {
        this.#fresh.add(`${posting.list} ${posting.entry}`);
        done('kept');
      }
    } catch (error) {
      this.#ends.delete(path);
      for (const { failed } of waiting) failed(error);
    }
  }

  /** Where the last whole record ends. What is no record is put aside, whatever it is. */
  async #endOf(volume: VolumeName): Promise<number> {
    const { folder, db, disk } = this.#parts;
    const from = indexedBytes(db, volume);
    const size = volumeSize(folder, volume);
    for (const found of records(folder, volume, Math.min(from, size))) {
      if (found.kind === 'record') {
        this.#fresh.add(`${volume.list} ${found.head.entry}`);
        continue;
      }
      if (found.kind !== 'wrong') return found.kind === 'end' ? size : found.at;
      const aside = `${plainFile(folder, volume)}.broken-${found.at}`;
      if (!existsSync(aside)) {
        await disk.stream(aside, async (write) => {
          const range = { volume, start: found.at, end: size };
          for await (const chunk of rangeChunks(folder, range)) await write(chunk);
        });
        await disk.syncDir(listFolder(folder, volume.list));
      }
      return found.at;
    }
    return size;
  }
}

/** Writes records one after the other; the bytes that they took. */
async function writeAll(postings: readonly Keepable[], write: Write): Promise<number> {
  let pieces: Buffer[] = [];
  let size = 0;
  let total = 0;
  const flush = async (): Promise<void> => {
    const [only] = pieces;
    if (only) await write(pieces.length === 1 ? only : Buffer.concat(pieces, size));
    pieces = [];
    size = 0;
  };
  for (const posting of postings) {
    for await (const piece of recordOf(posting)) {
      pieces.push(piece);
      size += piece.length;
      total += piece.length;
      // A piece of a large message is only good until the next one is asked for.
      if (size >= pieceBytes || piece.length >= smallBytes) await flush();
    }
  }
  await flush();
  return total;
}

async function* recordOf({ list: _, message, ...rest }: Keepable): AsyncGenerator<Buffer> {
  const bytes = typeof message === 'string' ? undefined : message;
  const path = typeof message === 'string' ? message : '';
  const size = bytes?.length ?? statSync(path).size;
  yield headLine({ size, ...rest });
  const hash = createHash('sha256');
  let got = 0;
  const content =
    bytes !== undefined ? [bytes] : size <= smallBytes ? [readFileSync(path)] : piecesOf(path);
  for await (const chunk of content as AsyncIterable<Buffer>) {
    hash.update(chunk);
    got += chunk.length;
    yield chunk;
  }
  if (got !== size) throw new Error(`${path} has ${got} bytes, not ${size}`);
  yield trailer(hash.digest('hex').slice(0, 32));
}
