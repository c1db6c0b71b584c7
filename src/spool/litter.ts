/**
 * What was let go and is still to be seen to.
 *
 * That waits for the disk and is not on the mail path (I9): it is done a little at a time when
 * there is nothing else to do, or when it has become too much. Some of the folders are kept for
 * the next drafts (`spares.ts`); what would be too many of them is removed.
 */
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { uptimeMs } from '../ground/clock.ts';
import { type Disk, removeTree } from '../ground/disk.ts';
import { messageFile } from './layout.ts';
import type { Gone, Spares } from './spares.ts';

/** A burst of thousands is worked off first; each takes as long to remove as to step through. */
const tooMany = 4096;
/** The messages of so many bytes may lie there, by their sizes. */
const tooMuchBytes = 64 * 1024 * 1024;
const atOnce = 16;
/** Only who had nothing to do for so long is idle: the next entry would have to wait. */
const idleMs = 500;

type Sized = Gone & { readonly bytes: number };

/** The folders that one process has let go. */
export class Litter {
  readonly #disk: Disk;
  readonly #spares: Spares;
  readonly #gone: Sized[] = [];
  #keeping: Promise<void> | undefined;
  #bytes = 0;
  #added = 0;
  /** With so many it is looked whether spares are wanted. */
  #lookAt = atOnce;

  constructor(disk: Disk, spares: Spares) {
    this.#disk = disk;
    this.#spares = spares;
  }

  add(gone: Gone): void {
    const message = join(gone.folder, messageFile);
    const bytes = statSync(message, { throwIfNoEntry: false })?.size ?? 0;
    this.#gone.push({ ...gone, bytes });
    this.#bytes += bytes;
    this.#added = uptimeMs();
  }

  /** Removes all of it. */
  sweep(): void {
    this.#remove(this.#gone.length);
  }

  /** Sees to some where it is time to; true when an idle process should come back for more. */
  sweepSome(isIdle: boolean): boolean {
    const isRest = isIdle && this.#gone.length > 0 && uptimeMs() - this.#added > idleMs;
    if (isRest || this.#gone.length >= this.#lookAt) this.#keepSome();
    if (this.#gone.length === 0 || !(isRest || this.#isTooMuch())) return false;
    this.#remove(atOnce);
    return isRest;
  }

  /** Sees to all of it: what nobody wants is removed. */
  async clear(): Promise<void> {
    for (let left = -1; left !== this.#gone.length; ) {
      left = this.#gone.length;
      this.#keepSome();
      await this.#keeping;
    }
    this.sweep();
  }

  #isTooMuch(): boolean {
    return this.#gone.length >= tooMany || this.#bytes >= tooMuchBytes;
  }

  #keepSome(): void {
    const [first] = this.#gone;
    if (!first || this.#keeping !== undefined) return;
    const home = [first.home, dirname(first.folder)].find((tmp) => this.#spares.areFew(tmp));
    if (home === undefined) {
      this.#lookAt = this.#gone.length + atOnce;
      return;
    }
    const some = this.#take(0, atOnce);
    this.#lookAt = atOnce;
    this.#keeping = this.#spares
      .keep(some.map((one) => ({ ...one, home })))
      // A disk in trouble shows where it matters; what is left here is cleaned away.
      .catch(() => undefined)
      .finally(() => {
        this.#keeping = undefined;
      });
  }

  #remove(count: number): void {
    for (const { folder } of this.#take(-count, count)) removeTree(this.#disk, folder);
    this.#lookAt = atOnce;
  }

  #take(from: number, count: number): readonly Sized[] {
    const some = this.#gone.splice(from, count);
    for (const { bytes } of some) this.#bytes -= bytes;
    return some;
  }
}
