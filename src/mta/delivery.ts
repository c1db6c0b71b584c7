import type { Recipients } from '../model/recipients.ts';
import type { Rendered } from './render.ts';
import type { MtaError } from './types.ts';

/** How the return path goes with the recipients. */
export type Envelope =
  /** One return path, many recipients a transaction. `null` is `<>`. */
  | { readonly kind: 'shared'; readonly returnPath: string | null }
  /**
   * Many recipients a transaction, and the MTA puts each one into its copy's return path. An MTA
   * that does not offer XVERP gets transactions of one recipient with the path spelt out.
   * `delimiters` is '' (the server's default, `+=`) or two characters.
   */
  | { readonly kind: 'xverp'; readonly base: string; readonly delimiters: string }
  /** A transaction for each: its own return path, and its own values in the message's holes. */
  | {
      readonly kind: 'each';
      returnPath(index: number): string | null;
      /** Where the copies differ in nothing else, and the MTA offers it: as with `xverp`. */
      readonly xverp?: { readonly base: string; readonly delimiters: string } | undefined;
      /** One value for each name that the message was rendered with, in that order. */
      values(index: number): readonly string[];
    };

/** RFC 3461; sent only where the server offers DSN. */
export type DsnWishes = {
  readonly ret?: 'HDRS' | 'FULL';
  readonly envid?: string;
  readonly notify?: 'NEVER' | 'FAILURE' | 'FAILURE,DELAY' | 'SUCCESS,FAILURE,DELAY';
  readonly orcpt?: boolean;
};

/** One message, and everybody it goes to. Several connections may work on it together. */
export type Delivery = {
  readonly message: Rendered;
  /** The same as seven-bit mail, for servers without 8BITMIME; same holes, same values. */
  readonly narrow?: (() => Promise<Rendered>) | undefined;
  readonly recipients: Recipients;
  readonly envelope: Envelope;
  /**
   * The message came with SMTPUTF8 and goes on so where that is offered. Addresses that need it
   * ask for themselves; raw UTF-8 in the header of other mail is no reason to bounce it.
   */
  readonly utf8Headers?: boolean;
  readonly dsn?: DsnWishes;
};

/** Says when nothing new is to be begun: an AbortSignal, or less. */
export type Stop = { readonly aborted: boolean };

/** How the work of one connection on a delivery came to its end. */
export type Ending =
  /** Everybody was answered (or is in the hands of another connection). */
  | { readonly kind: 'done' }
  /** This connection has carried as many messages as it may; another one goes on. */
  | { readonly kind: 'spent' }
  /** We were asked to stop. What was begun was ended. */
  | { readonly kind: 'stopped' }
  /**
   * The connection broke. Those `inFlight` had their message sent to its final dot and got no
   * answer: only these may be repeated by trying again. The others are untried again.
   */
  | { readonly kind: 'lost'; readonly error: MtaError; readonly inFlight: readonly number[] };

/** The recipients of a delivery that nobody has tried yet, for all connections that share it. */
export class Untried {
  #indexes: readonly number[];
  #next = 0;

  /** Indexes into the delivery's recipients; they are handed out in this order. */
  constructor(indexes: readonly number[]) {
    this.#indexes = indexes;
  }

  /** All recipients of a delivery. */
  static all(delivery: Delivery): Untried {
    return new Untried(Array.from({ length: delivery.recipients.length }, (_, n) => n));
  }

  get size(): number {
    return this.#indexes.length - this.#next;
  }

  take(): number | undefined {
    return this.#next < this.#indexes.length ? this.#indexes[this.#next++] : undefined;
  }

  clear(): void {
    this.#set([]);
  }

  /** For recipients that were taken and surely not handed over. They come next. */
  putBack(indexes: readonly number[]): void {
    // Usually nobody: a copy of all the others for each transaction was a tenth of what one costs.
    if (indexes.length === 0) return;
    this.#set([...indexes, ...this.#indexes.slice(this.#next)]);
  }

  /**
   * For recipients that were under way when a connection broke. They come last: whoever made it
   * break must not do so again before the others had their turn.
   */
  putLast(indexes: readonly number[]): void {
    if (indexes.length === 0) return;
    this.#set([...this.#indexes.slice(this.#next), ...indexes]);
  }

  #set(indexes: readonly number[]): void {
    this.#indexes = indexes;
    this.#next = 0;
  }
}
