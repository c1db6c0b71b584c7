/**
 * Tells those who hand a mailing over when a person wants it to rest or to end.
 *
 * The books are asked when a batch is taken, and once a second while it is in hand: a batch to a
 * slow MTA may be there for a long time.
 */
import type { MailingOrder } from '../model/mailing.ts';
import type { Stop } from '../mta/delivery.ts';

type Read = (mailing: string) => Promise<MailingOrder | undefined>;
type Watched = { holders: number; order: MailingOrder | undefined };

const lookMs = 1000;

/** What waits of a mailing that rests looks again after this; to resume makes it due at once. */
export const restMs = 900_000;

/** One batch's look at its mailing. */
export type Held = Stop & {
  /** What is wanted of the mailing as far as is known now. */
  readonly order: MailingOrder | undefined;
} & Disposable;

/** Looks after the mailings of which batches are in hand. */
export class MailingWatch {
  readonly #read: Read;
  readonly #failed: (error: unknown) => void;
  readonly #watched = new Map<string, Watched>();
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;

  /** `failed` is told when the books cannot be asked: the next look may go better. */
  constructor(read: Read, failed: (error: unknown) => void, everyMs = lookMs) {
    this.#read = read;
    this.#failed = failed;
    this.#everyMs = everyMs;
  }

  /** Looks a mailing up, and goes on looking until it is let go. */
  async hold(mailing: string): Promise<Held> {
    const order = await this.#read(mailing);
    const watched = this.#watched.get(mailing) ?? { holders: 0, order };
    watched.holders += 1;
    watched.order = order;
    this.#watched.set(mailing, watched);
    this.#timer ??= setInterval(() => this.#look().catch(this.#failed), this.#everyMs).unref();
    return {
      get aborted() {
        return watched.order !== undefined;
      },
      get order() {
        return watched.order;
      },
      [Symbol.dispose]: () => this.#release(mailing, watched),
    };
  }

  async #look(): Promise<void> {
    for (const [mailing, watched] of this.#watched) watched.order = await this.#read(mailing);
  }

  #release(mailing: string, watched: Watched): void {
    watched.holders -= 1;
    if (watched.holders > 0) return;
    this.#watched.delete(mailing);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
