/**
 * Tells those who hand a mailing over when it is to rest or to end: a person wants it so, or the
 * list is quiet at this time of the day.
 *
 * The books are asked when a batch is taken, and once a second while it is in hand: a batch to a
 * slow MTA may be there for a long time.
 */
import type { MetaOf } from '../model/entry.ts';
import type { ListId } from '../model/ids.ts';
import type { ListView } from '../model/list.ts';
import type { MailingOrder } from '../model/mailing.ts';
import { quietUntil } from '../model/quiet.ts';
import type { Stop } from '../mta/delivery.ts';

/** Why a mailing does not go on now. */
export type Halt =
  | { readonly kind: 'cancel' }
  | { readonly kind: 'rest'; readonly until: number; readonly why: string };

/** A mailing, and whose quiet hours it keeps. */
export type Watchable = { readonly mailing: string; readonly quiet: ListId | undefined };

type Books = {
  readonly mailings: { order(mailing: string): Promise<MailingOrder | undefined> };
  list(id: ListId): Promise<ListView | undefined>;
};

type Read = (one: Watchable) => Promise<Halt | undefined>;
type Watched = { readonly one: Watchable; holders: number; halt: Halt | undefined };

const lookMs = 1000;

/** What waits of a mailing that rests looks again after this; to resume makes it due at once. */
const restMs = 900_000;

/** Whether a mailing is to rest or to end at this time. */
export async function haltOf(
  books: Books,
  { mailing, quiet }: Watchable,
  now: number,
): Promise<Halt | undefined> {
  const order = await books.mailings.order(mailing);
  if (order === 'cancel') return { kind: 'cancel' };
  if (order === 'pause') return { kind: 'rest', until: now + restMs, why: 'paused' };
  const list = order === 'go' || quiet === undefined ? undefined : await books.list(quiet);
  const until = list && quietUntil(list.settings, now);
  if (until === undefined) return undefined;
  return { kind: 'rest', until, why: `quiet hours of the list: ${list?.settings.quietHours}` };
}

/** The mailing of a batch. */
export function watchableOf({ list, work }: MetaOf<'batch'>): Watchable {
  return { mailing: work.mailing, quiet: work.keepsQuiet ? list : undefined };
}

/** One batch's look at its mailing. */
export type Held = Stop & {
  /** What is to be done with the mailing as far as is known now. */
  readonly halt: Halt | undefined;
} & Disposable;

/** Looks at mailings for all batches of one process. */
export class MailingWatch {
  readonly #read: Read;
  readonly #failed: (error: unknown) => void;
  readonly #everyMs: number;
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;

  /** `failed` is told when the books cannot be asked: the next look may go better. */
  constructor(read: Read, failed: (error: unknown) => void, everyMs = lookMs) {
    this.#read = read;
    this.#failed = failed;
    this.#everyMs = everyMs;
  }

  /** Looks a mailing up, and goes on looking until it is let go. */
  async hold(one: Watchable): Promise<Held> {
    const halt = await this.#read(one);
    const watched = this.#watched.get(one.mailing) ?? { one, holders: 0, halt };
    watched.holders += 1;
    watched.halt = halt;
    this.#watched.set(one.mailing, watched);
    this.#timer ??= setInterval(() => this.#look().catch(this.#failed), this.#everyMs).unref();
    return {
      get aborted() {
        return watched.halt !== undefined;
      },
      get halt() {
        return watched.halt;
      },
      [Symbol.dispose]: () => this.#release(one.mailing, watched),
    };
  }

  async #look(): Promise<void> {
    for (const watched of this.#watched.values()) watched.halt = await this.#read(watched.one);
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
