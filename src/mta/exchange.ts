import { uptimeMs } from '../ground/clock.ts';
import { serverAnswer } from './answers.ts';
import { streamBody } from './body.ts';
import type { Delivery, Ending, Stop } from './delivery.ts';
import type { Outbox } from './outbox.ts';
import type { Plan } from './plan.ts';
import { fill } from './render.ts';
import type { ReplyReader } from './replies.ts';
import { type Limits, type Transaction, unexpected } from './transaction.ts';
import { type Answer, asError, MtaError, type OnAnswer, type RelaySettings } from './types.ts';
import type { Wire, WireListener } from './wire.ts';

/** What an exchange works with. */
export type ExchangeTools = {
  readonly wire: Wire;
  readonly relay: RelaySettings;
  readonly pipelining: boolean;
  readonly limits: Limits;
  readonly outbox: Outbox;
  readonly delivery: Delivery;
  readonly plan: Plan;
  readonly onAnswer: OnAnswer;
  /** Told how long the server took over a message, from the final dot to its answer. */
  readonly onTaken: (ms: number) => void;
  readonly signal: Stop;
};

/**
 * Carries a delivery over one wire. With PIPELINING a single write ends one message and opens the
 * next (`body . MAIL RCPT DATA`), so that a message costs one round trip; without it the same
 * steps go one by one. Driven by replies alone: no promise for a recipient.
 */
export class Exchange implements WireListener {
  readonly #tools: ExchangeTools;
  #resolve: (ending: Ending) => void = () => {};
  #reject: (error: Error) => void = () => {};
  /** The transaction whose envelope is being answered. */
  #open: Transaction | undefined;
  /** The transaction whose body is out, or on its way, and the answers still to come for it. */
  #body: Transaction | undefined;
  #bodyAnswers = 0;
  /** Replies to come for what only clears the way: RSET, or the end of an unwanted DATA. */
  #skip = 0;
  #waitMs = 0;
  #spent = false;

  constructor(tools: ExchangeTools) {
    this.#tools = tools;
  }

  /** Rejects only for what is not the server's fault: an unreadable message, a caller's error. */
  run(): Promise<Ending> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      const { wire } = this.#tools;
      if (wire.lost !== undefined) return this.onLost(wire.lost);
      wire.listen(this);
      try {
        this.#openNext(false);
      } catch (error) {
        wire.lose(asError(error));
      }
    });
  }

  onReply(code: number, replies: ReplyReader): void {
    if (code === 421) throw new MtaError('busy', `the server said 421 ${replies.text()}`);
    if (this.#body !== undefined) this.#onBodyReply(this.#body, code, replies);
    else if (this.#skip > 0) this.#onSkipped();
    else if (this.#open !== undefined) this.#onEnvelopeReply(this.#open, code, replies);
    else throw unexpected('nothing', code, replies);
    if (this.#body !== undefined || this.#open !== undefined || this.#skip > 0) {
      this.#tools.wire.arm(this.#waitMs, 'a reply');
    }
  }

  onLost(error: Error): void {
    const back: number[] = [];
    let inFlight: readonly number[] = [];
    if (this.#body !== undefined) {
      const { accepted, dotSent } = this.#body;
      const unanswered = accepted.slice(dotSent ? accepted.length - this.#bodyAnswers : 0);
      if (dotSent) inFlight = this.#tools.relay.protocol === 'lmtp' ? unanswered : accepted;
      else back.push(...unanswered);
    }
    if (this.#open !== undefined) back.push(...this.#open.unanswered());
    this.#tools.plan.putLast(back);
    if (this.#spent) this.#resolve({ kind: 'spent' });
    else if (error instanceof MtaError) this.#resolve({ kind: 'lost', error, inFlight });
    else this.#reject(error);
  }

  #draw(): Transaction | undefined {
    const { limits } = this.#tools;
    if (this.#tools.signal.aborted || limits.mailsLeft <= 0) return undefined;
    const transaction = this.#tools.plan.next();
    if (transaction !== undefined) limits.mailsLeft--;
    return transaction;
  }

  /** Nothing is under way: begins the next transaction, or ends. */
  #openNext(reset: boolean): void {
    const { outbox, wire, pipelining, relay } = this.#tools;
    const next = this.#draw();
    if (next === undefined && !reset) return void this.#finish();
    outbox.start(wire.busy);
    if (reset) {
      outbox.addText('RSET\r\n');
      this.#skip = 1;
    }
    this.#open = next;
    if (next !== undefined && (pipelining || !reset)) this.#addEnvelope(next);
    this.#send(relay.timeouts.commandMs);
  }

  #addEnvelope(transaction: Transaction): void {
    const { outbox, pipelining } = this.#tools;
    const until = pipelining ? transaction.commands.length : transaction.sent + 1;
    while (transaction.sent < until) {
      transaction.commands.write(transaction.sent++, outbox);
    }
  }

  #send(waitMs: number): void {
    const { wire, outbox } = this.#tools;
    wire.write(outbox.bytes());
    this.#waitMs = waitMs;
    wire.arm(waitMs, 'a reply');
  }

  #onSkipped(): void {
    this.#skip--;
    if (this.#open === undefined) this.#openNext(false);
    else if (this.#open.sent === 0) this.#sendCommand(this.#open);
  }

  #sendCommand(transaction: Transaction): void {
    const { outbox, wire, relay } = this.#tools;
    outbox.start(wire.busy);
    this.#addEnvelope(transaction);
    const last = transaction.sent === transaction.commands.length;
    this.#send(last ? relay.timeouts.dataMs : relay.timeouts.commandMs);
  }

  #onEnvelopeReply(transaction: Transaction, code: number, replies: ReplyReader): void {
    if (transaction.atData) {
      this.#settle(transaction, code, replies.text());
      return;
    }
    transaction.takeReply(code, replies, this.#tools.limits, this.#tools.onAnswer);
    const { isMisled, hopeless } = transaction;
    if (isMisled || (hopeless && this.#tools.pipelining)) return void this.#beginAnew();
    if (this.#tools.pipelining) return;
    transaction.cutShort();
    const nobody = transaction.atData && transaction.accepted.length === 0;
    // As if DATA had been sent, and refused for want of recipients.
    if (nobody || transaction.mailRefusal !== undefined) this.#settle(transaction, 503, '');
    else this.#sendCommand(transaction);
  }

  /** Breaks off before anything is sent: another connection goes on by what this one learnt. */
  #beginAnew(): void {
    this.#tools.limits.mailsLeft = 0;
    this.#spent = true;
    this.#tools.wire.lose(new MtaError('closed', 'begun anew'));
  }

  /** The envelope is answered: reports what that means, and sends the body if it is wanted. */
  #settle(transaction: Transaction, code: number, text: string): void {
    const { accepted, over, mailRefusal } = transaction;
    const wanted = transaction.wantsBody(code, text);
    this.#open = undefined;
    this.#tools.plan.putBack(over);
    if (mailRefusal !== undefined) this.#tools.onAnswer(transaction.to, mailRefusal);
    else if (!wanted && accepted.length > 0) {
      this.#tools.onAnswer(accepted, serverAnswer('data', code, text));
    }
    if (!wanted) this.#openNext(mailRefusal === undefined);
    else if (accepted.length > 0) this.#sendBody(transaction);
    else this.#endUnwanted();
  }

  /** DATA was accepted though nobody is to get anything: a lone dot ends it. */
  #endUnwanted(): void {
    const { outbox, wire, relay } = this.#tools;
    outbox.start(wire.busy);
    outbox.addText('.\r\n');
    this.#skip = 1;
    this.#send(relay.timeouts.dotMs);
  }

  #sendBody(transaction: Transaction): void {
    const { outbox, wire, relay } = this.#tools;
    const { body } = this.#tools.delivery.message;
    this.#body = transaction;
    this.#bodyAnswers = relay.protocol === 'lmtp' ? transaction.accepted.length : 1;
    outbox.start(wire.busy);
    if (body.kind === 'held') {
      fill(body.pieces, transaction.values, outbox);
      this.#endBody(transaction);
      return;
    }
    this.#waitMs = relay.timeouts.blockMs;
    streamBody(body.pieces(), transaction.values, outbox, wire, this.#waitMs)
      .then(() => this.#endBody(transaction))
      .catch((error: unknown) => wire.lose(asError(error)));
  }

  #endBody(transaction: Transaction): void {
    if (this.#tools.wire.lost !== undefined) return;
    const { outbox, pipelining, relay } = this.#tools;
    outbox.addText('.\r\n');
    this.#open = pipelining ? this.#draw() : undefined;
    if (this.#open !== undefined) this.#addEnvelope(this.#open);
    transaction.dotAt = uptimeMs();
    this.#send(relay.timeouts.dotMs);
  }

  #onBodyReply(transaction: Transaction, code: number, replies: ReplyReader): void {
    const { accepted, dotSent, dotAt } = transaction;
    if (code >= 300 && code < 400) throw unexpected('a message', code, replies);
    const answer = serverAnswer('body', code, replies.text());
    if (!dotSent) this.#onEarlyReply(accepted, answer);
    const left = this.#bodyAnswers--;
    if (this.#bodyAnswers === 0) this.#body = undefined;
    if (dotAt !== undefined) this.#tools.onTaken(uptimeMs() - dotAt);
    const lmtp = this.#tools.relay.protocol === 'lmtp';
    this.#tools.onAnswer(lmtp ? [accepted[accepted.length - left] ?? 0] : accepted, answer);
    if (this.#body === undefined && this.#open === undefined) this.#openNext(false);
  }

  /** The server has had enough before the end; what it would make of the rest is anyone's guess. */
  #onEarlyReply(accepted: readonly number[], answer: Answer): never {
    if (answer.kind === 'delivered') {
      throw new MtaError('protocol', `the server took half a message: ${answer.text}`);
    }
    this.#body = undefined;
    this.#tools.onAnswer(accepted, answer);
    throw new MtaError('closed', `refused in the middle of the message: ${answer.text}`);
  }

  #finish(): void {
    const { wire, limits } = this.#tools;
    wire.listen(undefined);
    wire.disarm();
    if (this.#tools.plan.left === 0) this.#resolve({ kind: 'done' });
    else this.#resolve({ kind: limits.mailsLeft <= 0 ? 'spent' : 'stopped' });
  }
}
