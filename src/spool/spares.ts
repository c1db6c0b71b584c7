/**
 * Folders of entries that are gone, kept for the next drafts of their queue.
 *
 * To make a folder and to remove one is dear: on the machine of the figures 0.2 to 0.6 ms of CPU,
 * because the kernel steps over what was removed a short time ago. A rename costs 0.02. So who
 * works a queue off leaves a few empty folders in its tmp, `<id>.spare`, and who puts into it
 * takes them. They mean nothing: whoever finds none makes a folder.
 */
import { dirname, join } from 'node:path';
import { uptimeMs } from '../ground/clock.ts';
import { type Disk, namesIn } from '../ground/disk.ts';
import { errorCode } from '../ground/errors.ts';

/** Kept in one queue: enough for the time between two looks. */
const maxSpares = 64;
/** Others were faster so often: it is time to make a folder. */
const maxMisses = 3;
/** Where there was none, it is not looked again for so long. */
const lookMs = 100;

/** The end of the name of a spare folder. */
export const spareSuffix = '.spare';

type Known = { names: string[]; again: number };

/** The spare folders that one process gives and takes. */
export class Spares {
  readonly #disk: Disk;
  readonly #known = new Map<string, Known>();

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** Makes a spare folder of a `tmp` the folder `to` in it; false when there is none. */
  take(to: string): boolean {
    const tmp = dirname(to);
    for (let misses = 0; misses < maxMisses; misses += 1) {
      const name = this.#next(tmp);
      if (name === undefined) return false;
      try {
        this.#disk.rename(join(tmp, name), to);
      } catch (error) {
        if (errorCode(error) === 'ENOENT') continue;
        throw error;
      }
      // A power cut may have brought back what was in it.
      this.#empty(to);
      return true;
    }
    return false;
  }

  /** Whether one more would be of use in this `tmp`. */
  areFew(tmp: string): boolean {
    return sparesIn(tmp).length < maxSpares;
  }

  /** Empties folders that were let go out of folders of claims, and keeps them. */
  async keep(gone: readonly string[], claims: ReadonlySet<string>): Promise<void> {
    // What is done in them must not be seen where they were.
    await Promise.all([...claims].map((folder) => this.#disk.syncDir(folder)));
    for (const folder of gone) {
      this.#empty(folder);
      this.#disk.rename(folder, `${folder.slice(0, folder.lastIndexOf('.'))}${spareSuffix}`);
    }
  }

  #empty(folder: string): void {
    for (const name of namesIn(folder)) this.#disk.remove(join(folder, name));
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

function sparesIn(tmp: string): string[] {
  return namesIn(tmp).filter((name) => name.endsWith(spareSuffix));
}
