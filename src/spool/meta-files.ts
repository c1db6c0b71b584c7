/**
 * Writes `entry.json`: entries that are prepared at the same time share one file.
 *
 * It has a line for each of them, and all their folders have a link to it: one write and one sync
 * in place of many, and one new file. To make a file is the dearest thing that is asked of a file
 * system, and there are two or three entries for each posting. Whoever reads it takes the line
 * with the entry's own id.
 */
import { join } from 'node:path';
import type { Disk } from '../ground/disk.ts';
import { type EntryMeta, writeMeta } from '../model/entry.ts';
import { metaFile } from './layout.ts';

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

/** The metadata files that one process writes. */
export class MetaFiles {
  readonly #disk: Disk;
  #waiting: Sheet[] = [];
  #isBusy = false;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** Completes the folder of an entry: its metadata, and the folder made durable. */
  async write(folder: string, meta: EntryMeta): Promise<void> {
    const text = writeMeta(meta);
    if (text.length > maxLineBytes) await this.#disk.write(join(folder, metaFile), text);
    else {
      await new Promise<void>((resolve, reject) => {
        this.#add({ folder, text, done: resolve, failed: reject });
      });
    }
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
