/**
 * What was let go and is still to be removed.
 *
 * Removing waits for the disk and is not on the mail path (I9): it is done a little at a time when
 * there is nothing else to do, or when it has become too much.
 */
import { type Disk, removeTree } from '../ground/disk.ts';

const tooMuch = 10_000;
const atOnce = 16;

/** The folders that one process has let go. */
export class Litter {
  readonly #disk: Disk;
  readonly #folders: string[] = [];

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  add(folder: string): void {
    this.#folders.push(folder);
  }

  /** Removes all of it. */
  sweep(): void {
    this.#remove(this.#folders.length);
  }

  /** Removes some where it is time to; true when an idle process should come back for more. */
  sweepSome(idle: boolean): boolean {
    if (this.#folders.length === 0 || (!idle && this.#folders.length < tooMuch)) return false;
    this.#remove(atOnce);
    return idle;
  }

  #remove(count: number): void {
    for (const folder of this.#folders.splice(-count, count)) removeTree(this.#disk, folder);
  }
}
