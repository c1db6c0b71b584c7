/**
 * Folders of entries that are gone, kept for the next drafts.
 *
 * To make a folder or a file and to remove it is dear: on the machine of the figures 0.1 to 0.6 ms
 * of CPU each, because the kernel steps over what was removed a short time ago. A rename costs
 * 0.02. So who works a queue off leaves some folders in a tmp, `<id>.spare`, and who puts into
 * it takes them. They mean nothing: whoever finds none makes a folder.
 *
 * Its files stay in such a folder, cut to nothing, where that is safe: they never had other names
 * (`own` in entry.json), and are ours. Of a batch the message has other names; its entry.json
 * (`alone`) and its progress stay, for the next batch. They are cut when the claim is certainly
 * out of its folder, the progress of a batch durably: else a power cut might give the next batch
 * the old answers. After a power cut there may be anything in a spare folder, so who takes one
 * looks at each file: what is not empty is removed. (Who reads an entry that is not his, as `queue
 * show` does, may see the next message in a file that he opened before.)
 */
import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { uptimeMs } from '../ground/clock.ts';
import { type Disk, namesIn, removeTree } from '../ground/disk.ts';
import { userId } from '../ground/environment.ts';
import { errorCode, TransientError } from '../ground/errors.ts';
import { messageFile, metaFile, progressFile } from './layout.ts';

/** Kept in one queue: enough for the time between two looks, and for a burst. */
const maxSpares = 256;
/** Others were faster so often: it is time to make a folder. */
const maxMisses = 3;
/** Where there was none, it is not looked again for so long. */
const lookMs = 100;

/** The end of the name of a spare folder. */
export const spareSuffix = '.spare';

/** What every entry has. */
const wanted = [messageFile, metaFile];
const kept = new Set([...wanted, progressFile]);

/** A folder for a draft. */
export type DraftFolder = {
  readonly path: string;
  /** Taken from the spares, or made. */
  readonly isSpare: boolean;
  /** Its files are there already, empty, and their names are durable. */
  readonly isFurnished: boolean;
};

/** A folder that had to be made. */
export function madeFolder(path: string): DraftFolder {
  return { path, isSpare: false, isFurnished: false };
}

/** What it means that it could not be: the house's trouble is not that of a letter. */
export function notMade(path: string, error: unknown): unknown {
  if (errorCode(error) !== 'ENOENT') return error;
  return new TransientError(`the spool folder ${dirname(path)} is gone`, { cause: error });
}

/** A folder that was let go. */
export type Gone = {
  readonly folder: string;
  /** The folder of claims that it came from. */
  readonly claims: string;
  /** The tmp in which it would be of use. */
  readonly home: string;
  readonly own: Own;
};

/** Which files of an entry never had another name; its notes are all but the message. */
export type Own = 'all' | 'notes' | 'none';

type Known = { names: string[]; again: number };

/** The spare folders that one process gives and takes. */
export class Spares {
  readonly #disk: Disk;
  readonly #known = new Map<string, Known>();

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /**
   * Makes a spare folder of a `tmp` the folder `to` in it, with its files, or without a message;
   * undefined when there is none.
   */
  take(to: string, isLinked = false): DraftFolder | undefined {
    const tmp = dirname(to);
    for (let misses = 0; misses < maxMisses; misses += 1) {
      const name = this.#next(tmp);
      if (name === undefined) return undefined;
      try {
        this.#disk.rename(join(tmp, name), to);
      } catch (error) {
        if (errorCode(error) === 'ENOENT') continue;
        throw error;
      }
      return { path: to, isSpare: true, isFurnished: this.#isFurnished(to, isLinked) };
    }
    return undefined;
  }

  /** Whether one more would be of use in this `tmp`. */
  areFew(tmp: string): boolean {
    return sparesIn(tmp).length < maxSpares;
  }

  /** Keeps folders that were let go, with what may be used again. */
  async keep(gone: readonly Gone[]): Promise<void> {
    // What is done in them must not be seen where they were.
    const claims = new Set(gone.map((one) => one.claims));
    await Promise.all([...claims].map((folder) => this.#disk.syncDir(folder)));
    await Promise.all(gone.map((one) => this.#clear(one)));
    for (const one of gone) {
      const name = one.folder.slice(dirname(one.folder).length, one.folder.lastIndexOf('.'));
      try {
        this.#disk.rename(one.folder, `${one.home}${name}${spareSuffix}`);
      } catch (error) {
        // The same entry was let go twice, with a power cut between.
        if (errorCode(error) !== 'ENOTEMPTY') throw error;
        removeTree(this.#disk, one.folder);
      }
    }
  }

  async #clear({ folder, own }: Gone): Promise<void> {
    const names = namesIn(folder);
    const isWhole =
      own === 'notes' || (own === 'all' && wanted.every((name) => names.includes(name)));
    const isKept = (name: string) => kept.has(name) && (own === 'all' || name !== messageFile);
    const usable = names.filter((name) => isWhole && isKept(name) && isOurs(join(folder, name)));
    for (const name of names) if (!usable.includes(name)) this.#disk.remove(join(folder, name));
    await Promise.all(usable.map((name) => this.#empty(join(folder, name), name)));
  }

  async #empty(path: string, name: string): Promise<void> {
    const file = this.#disk.open(path);
    try {
      await file.empty();
      // The others are written and synced before their next entry is seen.
      if (name === progressFile) await file.sync();
    } finally {
      file.close();
    }
  }

  /**
   * Looks whether what every entry has is there to be written; removes what cannot be. Where the
   * message will be a link, the folder has a new name anyhow and is synced: the others may stay.
   */
  #isFurnished(folder: string, isLinked: boolean): boolean {
    const names = namesIn(folder);
    const isUsable = (name: string) => kept.has(name) && isOurs(join(folder, name), 0);
    if (isLinked) {
      for (const name of names) {
        if (name === messageFile || !isUsable(name)) this.#disk.remove(join(folder, name));
      }
      return false;
    }
    // Whoever removes something must sync the folder: then it is like one that was made.
    const isWhole = names.every(isUsable) && wanted.every((name) => names.includes(name));
    if (!isWhole) for (const name of names) this.#disk.remove(join(folder, name));
    return isWhole;
  }

  #next(tmp: string): string | undefined {
    const known = this.#known.get(tmp) ?? { names: [], again: 0 };
    this.#known.set(tmp, known);
    if (known.names.length === 0 && uptimeMs() >= known.again) {
      known.names = sparesIn(tmp);
      known.again = uptimeMs() + lookMs;
    }
    return known.names.pop();
  }
}

/** Whether nobody else has a file: neither another name, nor another owner, who may have it open. */
function isOurs(path: string, bytes?: number): boolean {
  const stats = lstatSync(path);
  if (!stats.isFile() || stats.nlink !== 1 || stats.uid !== userId()) return false;
  return bytes === undefined || stats.size === bytes;
}

function sparesIn(tmp: string): string[] {
  return namesIn(tmp).filter((name) => name.endsWith(spareSuffix));
}
