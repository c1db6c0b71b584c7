/** Settles together what is ready together: a group shares its transaction and its syncs. */
import type { Settled, Slip } from './settle.ts';

export type GatherParts = {
  settle(slips: readonly Slip[]): Promise<readonly Settled[]>;
  /** What came of each slip. */
  conclude(slip: Slip, result: Settled): Promise<void>;
  failed(error: unknown): void;
};

export class Gather {
  readonly #parts: GatherParts;
  #ready: Slip[] = [];
  #busy = false;

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

  async #run(): Promise<void> {
    while (this.#ready.length > 0) {
      const slips = this.#ready;
      this.#ready = [];
      const results = await this.#parts.settle(slips);
      for (const [n, slip] of slips.entries()) {
        const result = results[n];
        if (result) await this.#parts.conclude(slip, result);
      }
    }
    this.#busy = false;
  }
}
