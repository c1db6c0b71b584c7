/**
 * Tells what comes into a queue from what leaves it: the system says of both that a name changed.
 *
 * A worker hears of each entry a second time, when it claims it. To try that name once more would
 * cost more than to claim it did: a failed rename, and an error with its stack.
 */

/** More than this are never expected at once, unless the system did not tell of some. */
const maxExpected = 4096;

/** The names that one worker is about to take out of its queue. */
export class Departures {
  readonly #expected = new Set<string>();

  /** It is going to leave: by us, or by another who was faster. */
  expect(name: string): void {
    if (this.#expected.size >= maxExpected) this.#expected.clear();
    this.#expected.add(name);
  }

  /** Whether what is told of a name is that it left. Once: it may be put back under that name. */
  isOne(name: string | null): boolean {
    return name !== null && this.#expected.delete(name);
  }
}
