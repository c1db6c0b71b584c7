/** Leave to use a connection; its holder gives it up soon when `yields` is true. */
export type Lane = { readonly priority: number; readonly yields: boolean };

type Held = { readonly priority: number; yields: boolean };
type Waiting = { readonly priority: number; readonly go: (lane: Lane) => void };

/**
 * The connections that an outlet may use at once, and who waits for one: the most urgent first,
 * and for somebody more urgent one of the others gives its own up, between two transactions.
 */
export class Lanes {
  readonly #held = new Set<Held>();
  readonly #waiting: Waiting[] = [];
  #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** Waits for a lane. */
  async enter(priority: number): Promise<Lane> {
    return (
      this.enterFree(priority) ??
      (await new Promise<Lane>((go) => {
        const behind = this.#waiting.findIndex((one) => one.priority > priority);
        this.#waiting.splice(behind < 0 ? this.#waiting.length : behind, 0, { priority, go });
        this.#askOne(priority);
      }))
    );
  }

  /** A lane, if one is free. */
  enterFree(priority: number): Lane | undefined {
    if (this.#held.size >= this.#most) return undefined;
    const lane = { priority, yields: false };
    this.#held.add(lane);
    return lane;
  }

  leave(lane: Lane): void {
    this.#held.delete(lane);
    this.#giveFree();
  }

  /** From now on so many: those too many end with the transaction that is under way. */
  limit(most: number): void {
    this.#most = most;
    this.#giveFree();
    let over = this.#held.size - most;
    const least = [...this.#held].sort((a, b) => b.priority - a.priority);
    for (const lane of least) {
      if (over-- <= 0) return;
      lane.yields = true;
    }
  }

  #giveFree(): void {
    while (this.#held.size < this.#most) {
      const next = this.#waiting.shift();
      if (!next) return;
      const given = { priority: next.priority, yields: false };
      this.#held.add(given);
      next.go(given);
    }
  }

  /** Of those that are less urgent the least urgent one is asked to yield. */
  #askOne(priority: number): void {
    let found: Held | undefined;
    for (const lane of this.#held) {
      if (lane.yields || lane.priority <= (found?.priority ?? priority)) continue;
      found = lane;
    }
    if (found) found.yields = true;
  }
}
