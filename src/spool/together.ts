/**
 * Work that is cheaper together: what comes while a group is at it is the next group. So names are
 * made and synced for many, and not for each by itself.
 */

/** Collects what comes into groups, of which one at a time is worked. */
export class Together<T> {
  #waiting: T[] = [];
  #isBusy = false;

  /** `work` answers for each of its group, and never rejects. */
  add(item: T, work: (group: readonly T[]) => Promise<void>): void {
    this.#waiting.push(item);
    if (this.#isBusy) return;
    this.#isBusy = true;
    // What is there to be read in this turn of the loop comes along.
    setImmediate(() => void this.#run(work));
  }

  async #run(work: (group: readonly T[]) => Promise<void>): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      await work(group);
    }
    this.#isBusy = false;
  }
}
