/**
 * Work that is cheaper together. What comes while others are at it waits until all of them are
 * through, and then all that waits begins in the same turn of the loop: so names are made and
 * synced for a group, and not for each by itself.
 */

/** Lets work begin in groups. */
export class Together {
  #waiting: (() => void)[] = [];
  #atIt = 0;

  async run<T>(work: () => Promise<T>): Promise<T> {
    await new Promise<void>((begin) => {
      this.#waiting.push(begin);
      // What is there to be read in this turn of the loop comes along.
      if (this.#atIt === 0 && this.#waiting.length === 1) setImmediate(() => this.#begin());
    });
    try {
      return await work();
    } finally {
      this.#atIt -= 1;
      if (this.#atIt === 0) this.#begin();
    }
  }

  #begin(): void {
    const group = this.#waiting;
    this.#waiting = [];
    this.#atIt = group.length;
    for (const begin of group) begin();
  }
}
