/**
 * Keeps what is under way at once within limits that hold for all workers together. The count is
 * in the books, under the name of the worker: its successor begins with nothing.
 */
import {
  type Bound as Counted,
  type Entered,
  goodMs,
  type UnderWayBooks,
} from '../store/under-way-books.ts';

/** What is under way is said again long before it is forgotten. */
const keepMs = goodMs / 3;

export type UnderWayParts = {
  /** No two processes at once have one name. */
  readonly holder: string;
  readonly books: () => Promise<UnderWayBooks>;
  readonly now: () => number;
  /** Told when the books cannot be written after all; what they say is mended soon. */
  readonly failed: (error: unknown) => void;
};

/** So many at once under one key. */
export type Bound = Omit<Counted, 'own'>;

/** What one worker has under way. */
export class UnderWay {
  readonly #parts: UnderWayParts;
  readonly #own = new Map<string, number>();
  /** One after the other: each writes what the one before it left. */
  #last: Promise<unknown> = Promise.resolve();
  #isKnown = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: UnderWayParts) {
    this.#parts = parts;
  }

  /** So many more are under way, or as many as there is room for. */
  async enter(bounds: readonly Bound[], want: number, now: number): Promise<Entered> {
    if (bounds.length === 0) return { kind: 'in', places: want };
    const { holder } = this.#parts;
    return await this.#inTurn(async (books) => {
      if (!this.#isKnown) await books.forget(holder);
      this.#isKnown = true;
      const mine = bounds.map((one) => ({ ...one, own: this.#count(one.key) }));
      const entered = await books.enter(mine, want, holder, now);
      if (entered.kind === 'full') return entered;
      for (const { key, own } of mine) this.#own.set(key, own + entered.places);
      this.#timer ??= setInterval(() => void this.#keep(), keepMs).unref();
      return entered;
    });
  }

  /** They are over: so many of each key. */
  async leave(entered: ReadonlyMap<string, number>): Promise<void> {
    if (entered.size === 0) return;
    for (const [key, places] of entered) {
      this.#own.set(key, Math.max(0, this.#count(key) - places));
    }
    await this.#keep(entered.keys());
    for (const key of entered.keys()) if (this.#count(key) === 0) this.#own.delete(key);
    if (this.#own.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Nothing is under way any more. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    if (!this.#isKnown) return;
    const { holder, failed } = this.#parts;
    await this.#inTurn((books) => books.forget(holder)).catch(failed);
  }

  #count(key: string): number {
    return this.#own.get(key) ?? 0;
  }

  async #keep(keys: Iterable<string> = this.#own.keys()): Promise<void> {
    const { holder, now, failed } = this.#parts;
    const say = (books: UnderWayBooks) =>
      books.keep(
        [...keys].map((key) => [key, this.#count(key)] as const),
        holder,
        now(),
      );
    await this.#inTurn(say).catch(failed);
  }

  #inTurn<T>(work: (books: UnderWayBooks) => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => await work(await this.#parts.books()));
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
