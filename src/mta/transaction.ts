import { isOverflow, serverAnswer } from './answers.ts';
import type { Commands } from './commands.ts';
import type { ReplyReader } from './replies.ts';
import { type Answer, MtaError, type OnAnswer } from './types.ts';

/** What was learnt of a relay that its EHLO does not say; kept from connection to connection. */
export type Learnt = {
  rcptMax: number;
  /** It refused what it offers: nothing of that is asked of it any more. */
  bare?: boolean;
};

/** What a connection may still do. */
export type Limits = {
  rcptMax: number;
  mailsLeft: number;
  /** Nothing that it offers is asked of it on this connection. */
  readonly bare: boolean;
  readonly learnt: Learnt;
};

/**
 * Servers count a recipient too many as an error, sleep after ten and hang up after twenty
 * (Postfix). With more than this still to come, a new connection is better than their answers.
 */
const maxExcess = 8;

/** One MAIL, its RCPTs, one body; and how far it has come. */
export class Transaction {
  readonly to: readonly number[];
  readonly commands: Commands;
  readonly values: readonly string[];
  /** How many of the commands are out. */
  sent = 0;
  mailRefusal: Answer | undefined;
  /** Not taken in this transaction, but perhaps in the next. */
  readonly over: number[] = [];
  /** When the final dot left us: from here on, no answer does not mean not delivered. */
  dotAt: number | undefined;
  /** It must be begun anew, by what was learnt. */
  isMisled = false;
  #answered = 0;
  /** As long as nobody was not taken, they are the first of `to`: there is no list of them. */
  #accepted: number[] | undefined;
  #toldLimit = false;

  constructor(to: readonly number[], commands: Commands, values: readonly string[]) {
    this.to = to;
    this.commands = commands;
    this.values = values;
  }

  /** Those who were taken so far. */
  get accepted(): readonly number[] {
    if (this.#accepted !== undefined) return this.#accepted;
    const count = Math.min(Math.max(this.#answered - 1, 0), this.to.length);
    return count === this.to.length ? this.to : this.to.slice(0, count);
  }

  get dotSent(): boolean {
    return this.dotAt !== undefined;
  }

  /** All commands but DATA are answered, so the next answer is the one to DATA. */
  get atData(): boolean {
    return this.#answered === this.commands.length - 1;
  }

  /** Takes the answer to MAIL or to a RCPT, and reports it where it is final. */
  takeReply(code: number, replies: ReplyReader, limits: Limits, onAnswer: OnAnswer): void {
    if (code >= 300 && code < 400) throw unexpected('MAIL or RCPT', code, replies);
    const position = this.#answered++;
    const to = this.to[position - 1];
    if (code < 300) {
      if (to !== undefined) this.#accepted?.push(to);
      return;
    }
    this.#accepted ??= this.to.slice(0, Math.max(position - 1, 0));
    if (isOfParameters(code, replies) && !limits.bare && this.commands.hasParameters(position)) {
      limits.learnt.bare = true;
      this.isMisled = true;
      if (to !== undefined) this.over.push(to);
      return;
    }
    if (position === 0) {
      this.mailRefusal = serverAnswer('mail', code, replies.text());
      return;
    }
    // After a refused MAIL, what is said of a RCPT says nothing of the recipient.
    if (to === undefined || this.mailRefusal !== undefined) return;
    const text = replies.text();
    if (this.accepted.length > 0 && isOverflow(code, text)) {
      // Only a plain "too many" is a limit to remember; a full disk passes.
      if (/^(?:[45]\.5\.3|[^45])/.test(text)) {
        limits.rcptMax = this.accepted.length;
        limits.learnt.rcptMax = this.accepted.length;
        this.#toldLimit = true;
      }
      this.over.push(to);
      return;
    }
    onAnswer([to], serverAnswer('rcpt', code, text));
  }

  /** Reads the answer to DATA: whether something must follow, be it a lone dot. */
  wantsBody(code: number, text: string): boolean {
    if (code >= 400) return false;
    if (code !== 354) throw new MtaError('protocol', `${code} ${text} in answer to DATA`);
    if (this.mailRefusal !== undefined && this.accepted.length > 0) {
      throw new MtaError('protocol', 'the server refused MAIL and took the rest');
    }
    return true;
  }

  /** The server has told its limit, and far more recipients are on the way. */
  get hopeless(): boolean {
    return this.#toldLimit && this.sent - 1 - this.#answered > maxExcess;
  }

  /** In lock step there is no use in asking for each of the others when it takes no more. */
  cutShort(): void {
    if (this.over.length === 0 || this.atData) return;
    this.over.push(...this.to.slice(this.#answered - 1));
    this.#answered = this.commands.length - 1;
    this.sent = this.#answered;
  }

  /** The recipients that nothing has been reported of, when the envelope breaks off. */
  unanswered(): readonly number[] {
    if (this.mailRefusal !== undefined) return this.to;
    return [...this.accepted, ...this.over, ...this.to.slice(Math.max(this.#answered - 1, 0))];
  }
}

/** A server that offers an extension and does not know its words. */
function isOfParameters(code: number, replies: ReplyReader): boolean {
  if (code < 500) return false;
  return code === 555 || ((code === 501 || code === 504) && /^5\.5\.4\b/.test(replies.text()));
}

/** The error for a reply that SMTP has no place for. */
export function unexpected(to: string, code: number, replies: ReplyReader): MtaError {
  return new MtaError('protocol', `not an answer to ${to}: ${code} ${replies.text()}`);
}
