import type { Delivery, Ending, Stop, Untried } from './delivery.ts';
import { Exchange } from './exchange.ts';
import { sayHello } from './hello.ts';
import { Outbox } from './outbox.ts';
import { Plan } from './plan.ts';
import type { Learnt, Limits } from './transaction.ts';
import {
  asError,
  MtaError,
  type OnAnswer,
  type RelaySettings,
  type RelayTls,
  type ServerFacts,
} from './types.ts';
import { Wire } from './wire.ts';

/** What is left of a server's offers when it has refused one of them. */
const noExtensions = {
  size: undefined,
  eightBit: false,
  smtputf8: false,
  dsn: false,
  xverp: false,
} as const;

/** A greeted connection to a relay, kept open from delivery to delivery. */
export class Connection {
  readonly relay: RelaySettings;
  readonly facts: ServerFacts;
  readonly #wire: Wire;
  readonly #limits: Limits;
  readonly #outbox = new Outbox();
  #working = false;
  #closing: Promise<void> | undefined;

  /** Use `connect`. */
  constructor(wire: Wire, relay: RelaySettings, facts: ServerFacts, learnt: Learnt) {
    this.relay = relay;
    this.facts = learnt.bare ? { ...facts, ...noExtensions } : facts;
    this.#wire = wire;
    this.#limits = {
      rcptMax: Math.min(
        relay.maxRecipientsPerTransaction || Infinity,
        facts.rcptMax,
        learnt.rcptMax,
      ),
      learnt,
      bare: learnt.bare ?? false,
      mailsLeft: Math.min(relay.maxMessagesPerConnection || Infinity, facts.mailMax),
    };
    this.#rest();
  }

  /** False when it has ended, by whatever side; then there is nothing to close. */
  get open(): boolean {
    return this.#wire.lost === undefined && this.#closing === undefined;
  }

  /** Why it has ended, if it has. */
  get lost(): Error | undefined {
    return this.#wire.lost;
  }

  /**
   * Hands a message over to recipients out of `untried` until none is left there, and reports each
   * answer when it arrives. Several connections may share one `untried`. On abort, what has begun
   * is ended and nothing new is begun. `onTaken` is told how long the server took over a message.
   */
  async deliver(
    delivery: Delivery,
    untried: Untried,
    onAnswer: OnAnswer,
    signal: Stop,
    onTaken: (ms: number) => void = () => {},
  ): Promise<Ending> {
    if (this.#working) throw new Error('a connection carries one delivery at a time');
    if (!this.open) return { kind: 'lost', error: this.#whyLost(), inFlight: [] };
    this.#working = true;
    try {
      const { facts, relay } = this;
      const fit = await fitting(delivery, facts);
      return await new Exchange({
        wire: this.#wire,
        relay,
        pipelining: facts.pipelining,
        limits: this.#limits,
        outbox: this.#outbox,
        delivery: fit,
        plan: new Plan(fit, untried, facts, this.#limits, onAnswer),
        onAnswer,
        // How long a large one takes says more of the line than of the server.
        onTaken: fit.message.body.kind === 'held' ? onTaken : () => {},
        signal,
      }).run();
    } finally {
      this.#working = false;
      if (this.#limits.mailsLeft <= 0) await this.close();
      else this.#rest();
    }
  }

  /** Says QUIT and waits a little for the answer. */
  close(): Promise<void> {
    this.#closing ??= this.#quit();
    return this.#closing;
  }

  /** Hangs up at once. What is under way ends as lost. */
  destroy(): void {
    this.#wire.lose(new MtaError('aborted', 'we hung up'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Unused, we go before the server throws us out. */
  #rest(): void {
    if (!this.open) return;
    const leave = (): void => {
      this.close().catch(() => {});
    };
    this.#wire.arm(this.relay.timeouts.idleMs, 'work', leave);
  }

  async #quit(): Promise<void> {
    if (this.#wire.lost !== undefined) return;
    try {
      if (!this.#working) await this.#wire.ask('QUIT\r\n', this.relay.timeouts.quitMs, 'QUIT');
    } catch {
      // It is gone, and that is what was wanted.
    }
    this.#wire.lose(new MtaError('closed', 'this connection was closed'));
  }

  #whyLost(): MtaError {
    const { lost } = this.#wire;
    return lost instanceof MtaError ? lost : new MtaError('closed', 'this connection was closed');
  }
}

/** The delivery in a form that the server can take. */
async function fitting(delivery: Delivery, facts: ServerFacts): Promise<Delivery> {
  if (facts.eightBit || !delivery.message.eightBit || !delivery.narrow) return delivery;
  return { ...delivery, message: await delivery.narrow() };
}

/**
 * Connects to a relay and greets it. Rejects with an `MtaError`. What is learnt of the relay on
 * the way is kept in `learnt`, for the next connection.
 */
export async function connect(
  relay: RelaySettings,
  signal: AbortSignal,
  learnt: Learnt = nothingLearnt(),
): Promise<Connection> {
  try {
    return await connectOnce(relay, relay.tls, signal, learnt);
  } catch (error) {
    // Without TLS is better than not at all, but not for a password.
    const hoped = relay.tls === 'opportunistic' && relay.auth === undefined;
    if (!hoped || !(error instanceof MtaError) || error.trouble !== 'tls') throw error;
    return await connectOnce(relay, 'none', signal, learnt);
  }
}

/** For a relay that was never spoken to. */
export function nothingLearnt(): Learnt {
  return { rcptMax: Number.POSITIVE_INFINITY };
}

async function connectOnce(
  relay: RelaySettings,
  tls: RelayTls,
  signal: AbortSignal,
  learnt: Learnt,
): Promise<Connection> {
  const now = { ...relay, tls };
  const wire = await Wire.open(now, signal);
  const abort = (): void => wire.lose(new MtaError('aborted', 'asked to stop'));
  signal.addEventListener('abort', abort);
  try {
    return new Connection(wire, relay, await sayHello(wire, now), learnt);
  } catch (error) {
    wire.lose(asError(error));
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
