/**
 * Work that is cheaper together: what comes while a group is at it is the next group. So names are
 * made and synced for many, and not for each by itself.
 *
 * Who was just answered is likely to come again at once. Where several come, they are waited for, a
 * moment: else those of many connections would fall into groups of one and of all the others.
 */

/** The first of a group waits so long for company at most. */
const companyMs = 3;

/** Collects what comes into groups, of which one at a time is worked. */
export class Together<T> {
  #waiting: T[] = [];
  #isBusy = false;
  /** So many are likely to come. */
  #likely = 1;
  /** Ends the wait for company. */
  #go: () => void = () => undefined;

  /** `work` answers for each of its group, and never rejects. */
  add(item: T, work: (group: readonly T[]) => Promise<void>): void {
    this.#waiting.push(item);
    if (this.#waiting.length >= this.#likely) this.#go();
    if (this.#isBusy) return;
    this.#isBusy = true;
    // What is there to be read in this turn of the loop comes along.
    setImmediate(() => void this.#run(work));
  }

  async #run(work: (group: readonly T[]) => Promise<void>): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#company();
      const group = this.#waiting;
      this.#waiting = [];
      await work(group);
      this.#likely = this.#waiting.length + group.length;
    }
    this.#isBusy = false;
  }

  /** Resolves when all are there that are likely to come, or the first has waited long enough. */
  async #company(): Promise<void> {
    if (this.#waiting.length < this.#likely) {
      await new Promise<void>((go) => {
        const timer = setTimeout(go, companyMs);
        this.#go = () => {
          clearTimeout(timer);
          go();
        };
      });
    }
    // Whoever does not come back is not waited for again.
    this.#likely = 1;
  }
}
