/**
 * Work that is cheaper together. What comes while others are at it waits until all of them are
 * through, and then all that waits begins in the same turn of the loop: so names are made and
 * synced for a group, and not for each by itself.
 */

type Group = {
  /** Those that are not through; those that have not prepared. */
  atIt: number;
  unprepared: number;
  readonly whenPrepared: (() => void)[];
};

/** Lets work begin in groups. */
export class Together {
  #waiting: ((group: Group) => void)[] = [];
  #isBusy = false;

  /** No `work` of a group begins before each `prepare` of it has ended, well or not. */
  async run<A, T>(prepare: () => Promise<A>, work: (prepared: A) => Promise<T>): Promise<T> {
    const group = await this.#turn();
    try {
      const prepared = await prepare().finally(() => this.#prepared(group));
      if (group.unprepared > 0) {
        await new Promise<void>((resolve) => group.whenPrepared.push(resolve));
      }
      return await work(prepared);
    } finally {
      group.atIt -= 1;
      if (group.atIt === 0) this.#begin();
    }
  }

  #turn(): Promise<Group> {
    return new Promise((begin) => {
      this.#waiting.push(begin);
      if (this.#isBusy) return;
      this.#isBusy = true;
      // What is there to be read in this turn of the loop comes along.
      setImmediate(() => this.#begin());
    });
  }

  #prepared(group: Group): void {
    group.unprepared -= 1;
    if (group.unprepared === 0) for (const go of group.whenPrepared) go();
  }

  #begin(): void {
    const begins = this.#waiting;
    this.#waiting = [];
    this.#isBusy = begins.length > 0;
    const group = { atIt: begins.length, unprepared: begins.length, whenPrepared: [] };
    for (const begin of begins) begin(group);
  }
}
