/** How long a worker waits while the world is not ready: longer each time, a minute at most. */

const firstWaitMs = 1000;
const maxWaitMs = 60_000;

export class Patience {
  #until = 0;
  #waitMs = 0;
  #why: string | undefined;

  /** Why the world is not ready; undefined when it is, as far as is known. */
  get why(): string | undefined {
    return this.#why;
  }

  /** True until something has succeeded again: one entry alone should try. */
  get tried(): boolean {
    return this.#waitMs > 0;
  }

  /** When to try again, ms. The clock may have gone back: that must not make the wait longer. */
  until(now: number): number {
    this.#until = Math.min(this.#until, now + maxWaitMs);
    return this.#until;
  }

  /** Begins a wait and gives its length; undefined when one is under way: what comes with it. */
  lose(why: string, now: number): number | undefined {
    if (this.until(now) > now) return undefined;
    this.#waitMs = Math.min(Math.max(this.#waitMs * 2, firstWaitMs), maxWaitMs);
    this.#until = now + this.#waitMs;
    this.#why = why;
    return this.#waitMs;
  }

  /** Something succeeded. A wait that has begun is waited: what made it begin is still there. */
  regain(): void {
    this.#waitMs = 0;
    this.#why = undefined;
  }
}
