/**
 * Reads and writes `entry.json`.
 *
 * Usually an entry has a file of its own, which came with its folder (`spares.ts`). Where the
 * folder had to be made, entries that are prepared at the same time share a file: it has a line
 * for each of them, and all their folders have a link to it. That is one write and one sync in
 * place of many, and one new file. An entry that goes on to another queue as it is gets a line
 * more, for what it is there. Whoever reads such a file takes the line with the entry's own id.
 *
 * All names are made before anything waits for the disk; then all that must wait waits at once, the
 * message of the entry too: names that are made together are written to the disk together.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Disk } from '../ground/disk.ts';
import type { OpenFile } from '../ground/open-file.ts';
import { oneOf } from '../ground/pieces.ts';
import type { EntryMeta } from '../model/entry.ts';
import { isLong, writeMeta } from '../model/entry-text.ts';
import { metaFile, nextFile } from './layout.ts';
import type { DraftFolder } from './spares.ts';

/** A file is not larger than this: each of its entries is read through all of it. */
const maxSharedBytes = 16_384;
/** Batches have hundreds of recipients in theirs: such a one is alone. */
const maxLineBytes = 4096;

/** What else must be on disk for an entry to be complete. */
export type Sync = () => Promise<void>;

type Sheet = {
  readonly folder: DraftFolder;
  readonly text: string | Buffer;
  readonly beside: Sync | undefined;
  done(): void;
  failed(error: unknown): void;
};

/** What stands in the file of an entry. */
export type MetaText = {
  readonly bytes: Buffer;
  /** Where its last whole line ends; undefined where other entries share it. */
  readonly end: number | undefined;
};

/** Reads the metadata file of an entry; throws what the system says. */
export function readMetaFile(folder: string): MetaText {
  const fd = fs.openSync(join(folder, metaFile), 'r');
  try {
    const isOwn = fs.fstatSync(fd).nlink === 1;
    const bytes = fs.readFileSync(fd);
    return { bytes, end: isOwn ? bytes.lastIndexOf(0x0a) + 1 : undefined };
  } finally {
    fs.closeSync(fd);
  }
}

/** The metadata files that one process writes. */
export class MetaFiles {
  readonly #disk: Disk;
  #waiting: Sheet[] = [];
  #isBusy = false;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** Completes a draft: its metadata, the folder made durable, and what is `beside` them. */
  async write(folder: DraftFolder, meta: EntryMeta, beside?: Sync): Promise<void> {
    const text = writeMeta(meta);
    const isAlone = folder.isSpare || isLong(meta) || text.length > maxLineBytes;
    await new Promise<void>((resolve, reject) => {
      const sheet = { folder, text, beside, done: resolve, failed: reject };
      if (isAlone) void this.#writeTogether([sheet]);
      else this.#add(sheet);
    });
  }

  /** Adds to the file of an entry, durably, what it will be under another id. */
  async extend(folder: string, now: EntryMeta, next: EntryMeta, end?: number): Promise<void> {
    const path = join(folder, metaFile);
    if (end !== undefined) {
      return await this.#disk.append(path, end, (write) => write(bytesOf(next)));
    }
    // Others have lines in that file: this entry gets one of its own.
    const fresh = join(folder, nextFile);
    if (fs.existsSync(fresh)) this.#disk.remove(fresh);
    await this.#disk.write(fresh, Buffer.concat([bytesOf(now), bytesOf(next)]));
    this.#disk.rename(fresh, path);
    await this.#disk.syncDir(folder);
  }

  /** What comes in this turn of the loop, or while others are written, is one file. */
  #add(sheet: Sheet): void {
    this.#waiting.push(sheet);
    if (this.#isBusy) return;
    this.#isBusy = true;
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    for (let sheets = this.#next(); sheets.length > 0; sheets = this.#next()) {
      await this.#writeTogether(sheets);
    }
    this.#isBusy = false;
  }

  #next(): Sheet[] {
    let bytes = 0;
    const over = this.#waiting.findIndex(({ text }) => {
      bytes += text.length;
      return bytes > maxSharedBytes;
    });
    return this.#waiting.splice(0, over < 0 ? this.#waiting.length : over);
  }

  async #writeTogether(sheets: readonly Sheet[]): Promise<void> {
    const [first, ...others] = sheets;
    if (!first) return;
    const path = join(first.folder.path, metaFile);
    let file: OpenFile | undefined;
    try {
      file = this.#disk.open(path);
      file.write(oneOf(sheets.map(bytesIn)), 0);
      await Promise.all(
        others.map(({ folder }) => this.#disk.link(path, join(folder.path, metaFile))),
      );
      const synced = file.sync();
      await Promise.all(sheets.map((sheet) => this.#complete(sheet, synced)));
    } catch (error) {
      // Each of them is told: none is taken for complete, and whoever prepared it withdraws it.
      for (const sheet of sheets) sheet.failed(error);
    } finally {
      file?.close();
    }
  }

  /** Tells one entry what came of it. All is waited for: it may be taken back then. */
  async #complete({ folder, beside, ...sheet }: Sheet, synced: Promise<void>): Promise<void> {
    const named = folder.isFurnished ? undefined : this.#disk.syncDir(folder.path);
    const all = await Promise.allSettled([synced, named, beside?.()]);
    const wrong = all.find((one) => one.status === 'rejected');
    if (wrong) sheet.failed(wrong.reason);
    else sheet.done();
  }
}

/** A batch's are long, and taken as they are: copies would be garbage outside the heap. */
function bytesIn({ text }: Sheet): Buffer {
  return typeof text === 'string' ? Buffer.from(text) : text;
}

function bytesOf(meta: EntryMeta): Buffer {
  const text = writeMeta(meta);
  return typeof text === 'string' ? Buffer.from(text) : text;
}
