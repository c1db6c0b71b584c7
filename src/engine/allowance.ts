/** How much of something may still be done today, list by list, among steps that run side by side. */
import type { ListId } from '../model/ids.ts';
import { dayOf } from '../model/score.ts';

export class Allowance {
  readonly #used = new Map<ListId, number>();
  #day = 0;

  /**
   * Takes one of today's; false when there is none left. `stored` is what the books know of, which
   * is all but what other steps of this process have in hand.
   */
  take(list: ListId, limit: number, stored: number, now: number): boolean {
    if (dayOf(now) !== this.#day) {
      this.#used.clear();
      this.#day = dayOf(now);
    }
    const used = Math.max(stored, this.#used.get(list) ?? 0);
    if (used >= limit) return false;
    this.#used.set(list, used + 1);
    return true;
  }
}
