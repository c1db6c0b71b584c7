/** Settles together what is ready together: a group shares its transaction and its syncs. */
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Settled, Slip } from './settle.ts';

export type GatherParts = {
  settle(slips: readonly Slip[]): Promise<readonly Settled[]>;
  /** What came of each slip. */
  conclude(slip: Slip, result: Settled): Promise<void>;
  failed(error: unknown): void;
  /** How long the first of a group waits for company, ms. */
  readonly waitMs: number;
};

/** A group that is as large as this waits no longer. */
const enough = 16;

/** Collects what is ready until the settle before it is done. */
export class Gather {
  readonly #parts: GatherParts;
  #ready: Slip[] = [];
  #busy = false;
  #settling = 0;

  constructor(parts: GatherParts) {
    this.#parts = parts;
  }

  /** What comes in this turn of the loop, or while a group is being settled, is one group. */
  add(slip: Slip): void {
    this.#ready.push(slip);
    if (this.#busy) return;
    this.#busy = true;
    setImmediate(() => this.#run().catch(this.#parts.failed));
  }

  /** Outcomes that wait to be settled, or are being settled. */
  get size(): number {
    return this.#ready.length + this.#settling;
  }

  async #run(): Promise<void> {
    while (this.#ready.length > 0) {
      if (this.#parts.waitMs > 0 && this.#ready.length < enough) await sleep(this.#parts.waitMs);
      const slips = this.#ready;
      this.#ready = [];
      this.#settling = slips.length;
      const results = await this.#parts.settle(slips);
      for (const [n, slip] of slips.entries()) {
        const result = results[n];
        if (result) await this.#parts.conclude(slip, result);
        this.#settling -= 1;
      }
      // Where no step and no settle waits for anything, signals and timers would never be heard.
      await turn();
    }
    this.#busy = false;
  }
}
