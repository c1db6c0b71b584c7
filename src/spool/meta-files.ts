/**
 * Reads and writes `entry.json`.
 *
 * Usually an entry has a file of its own, which came with its folder (`spares.ts`). Where the
 * folder had to be made, entries that are prepared at the same time share a file: it has a line
 * for each of them, and all their folders have a link to it. That is one write and one sync in
 * place of many, and one new file. An entry that goes on to another queue as it is gets a line
 * more, for what it is there. Whoever reads such a file takes the line with the entry's own id.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Disk } from '../ground/disk.ts';
import { type EntryMeta, writeMeta } from '../model/entry.ts';
import { metaFile, nextFile } from './layout.ts';
import type { DraftFolder } from './spares.ts';

/** A file is not larger than this: each of its entries is read through all of it. */
const maxSharedBytes = 16_384;
/** Batches have hundreds of recipients in theirs: such a one is alone. */
const maxLineBytes = 4096;

type Sheet = {
  readonly folder: string;
  readonly text: string;
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

  /** Completes a draft: its metadata, and the folder made durable. */
  async write({ path: folder, isSpare, isFurnished }: DraftFolder, meta: EntryMeta): Promise<void> {
    const text = writeMeta(meta);
    if (isSpare || typeof text !== 'string' || text.length > maxLineBytes) {
      await this.#disk.write(join(folder, metaFile), text);
    } else {
      await new Promise<void>((resolve, reject) => {
        this.#add({ folder, text, done: resolve, failed: reject });
      });
    }
    if (!isFurnished) await this.#disk.syncDir(folder);
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
    const path = join(first.folder, metaFile);
    try {
      await this.#disk.write(path, sheets.map(({ text }) => text).join(''));
      await Promise.all(others.map(({ folder }) => this.#disk.link(path, join(folder, metaFile))));
      for (const sheet of sheets) sheet.done();
    } catch (error) {
      // Each of them is told: none is taken for complete, and whoever prepared it withdraws it.
      for (const sheet of sheets) sheet.failed(error);
    }
  }
}

function bytesOf(meta: EntryMeta): Buffer {
  const text = writeMeta(meta);
  return typeof text === 'string' ? Buffer.from(text) : text;
}
