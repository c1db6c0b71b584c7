/**
 * What was let go and is still to be removed.
 *
 * Removing waits for the disk and is not on the mail path (I9): it is done a little at a time when
 * there is nothing else to do, or when it has become too much. A few of the folders are not removed
 * but kept for the next drafts (`spares.ts`).
 */
import { dirname } from 'node:path';
import { uptimeMs } from '../ground/clock.ts';
import { type Disk, removeTree } from '../ground/disk.ts';
import type { Spares } from './spares.ts';

const tooMuch = 256;
const atOnce = 16;
/** Only who had nothing to do for so long is idle: the next entry would have to wait. */
const idleMs = 500;

/** A folder that was let go, and the folder of claims that it came from. */
type Gone = { readonly folder: string; readonly claims: string };

/** The folders that one process has let go. */
export class Litter {
  readonly #disk: Disk;
  readonly #spares: Spares;
  readonly #gone: Gone[] = [];
  #keeping: Promise<void> | undefined;
  #added = 0;
  /** With so many it is looked whether spares are wanted. */
  #lookAt = atOnce;

  constructor(disk: Disk, spares: Spares) {
    this.#disk = disk;
    this.#spares = spares;
  }

  add(folder: string, claims: string): void {
    this.#gone.push({ folder, claims });
    this.#added = uptimeMs();
  }

  /** Removes all of it. */
  sweep(): void {
    this.#remove(this.#gone.length);
  }

  /** Sees to some where it is time to; true when an idle process should come back for more. */
  sweepSome(isIdle: boolean): boolean {
    if (this.#gone.length >= this.#lookAt) this.#keepSome();
    const mayRemove = isIdle && uptimeMs() - this.#added > idleMs;
    if (this.#gone.length === 0 || (!mayRemove && this.#gone.length < tooMuch)) return false;
    this.#remove(atOnce);
    return mayRemove;
  }

  /** Removes all of it, when nothing of it is being kept any more. */
  async clear(): Promise<void> {
    await this.#keeping;
    this.sweep();
  }

  #keepSome(): void {
    const [first] = this.#gone;
    if (!first || this.#keeping !== undefined) return;
    if (!this.#spares.areFew(dirname(first.folder))) {
      this.#lookAt = this.#gone.length + atOnce;
      return;
    }
    const some = this.#gone.splice(0, atOnce);
    const claims = new Set(some.map((one) => one.claims));
    this.#lookAt = atOnce;
    this.#keeping = this.#spares
      .keep(
        some.map(({ folder }) => folder),
        claims,
      )
      // A disk in trouble shows where it matters; what is left here is cleaned away.
      .catch(() => undefined)
      .finally(() => {
        this.#keeping = undefined;
      });
  }

  #remove(count: number): void {
    for (const { folder } of this.#gone.splice(-count, count)) removeTree(this.#disk, folder);
    this.#lookAt = atOnce;
  }
}
