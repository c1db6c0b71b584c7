/** Settles together what is ready together: a group shares its transaction and its syncs. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Route } from './define.ts';
import type { Settled, Slip } from './settle.ts';

export type GatherParts = {
  readonly beforeSettle?: (() => Promise<void>) | undefined;
  settle(slips: readonly Slip[]): Promise<readonly Settled[]>;
  /** What came of each slip. */
  conclude(slip: Slip, result: Settled): Promise<void>;
  failed(error: unknown): void;
  /** `gatherMs`: how long the first of a group waits for company. */
  readonly route: Pick<Route, 'gatherMs' | 'batch'>;
};

/** Groups of `batch` entries that may be in hand, counting those that wait to be settled. */
export const maxGroups = 4;
/** A group that is as large as this waits no longer; nor one that leaves no room in hand. */
const enough = 16;

/** Collects what is ready until the settle before it is done. */
export class Gather {
  readonly #parts: GatherParts;
  readonly #enough: number;
  #ready: Slip[] = [];
  #busy = false;
  #settling = 0;
  /** Ends the wait for company. */
  #go: () => void = () => undefined;

  constructor(parts: GatherParts) {
    this.#parts = parts;
    this.#enough = Math.min(enough, (parts.route.batch ?? 1) * (maxGroups - 1));
  }

  /** What comes in this turn of the loop, or while a group is being settled, is one group. */
  add(slip: Slip): void {
    this.#ready.push(slip);
    if (this.#ready.length >= this.#enough) this.#go();
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
      await this.#company();
      const slips = this.#ready;
      this.#ready = [];
      this.#settling = slips.length;
      await this.#parts.beforeSettle?.();
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

  /** Resolves when there are enough, or the first has waited for long enough. */
  async #company(): Promise<void> {
    const { gatherMs = 0 } = this.#parts.route;
    if (gatherMs === 0 || this.#ready.length >= this.#enough) return;
    await new Promise<void>((go) => {
      const timer = setTimeout(go, gatherMs);
      this.#go = () => {
        clearTimeout(timer);
        go();
      };
    });
  }
}
