import { type Connection, connect, nothingLearnt } from './connection.ts';
import type { Delivery, Stop, Untried } from './delivery.ts';
import { type Lane, Lanes } from './lanes.ts';
import { Pressure, type Strain } from './pressure.ts';
import { Relays, type WeightedRelay } from './relays.ts';
import type { Learnt } from './transaction.ts';
import { type Answer, MtaError, type RelaySettings } from './types.ts';

/** How an outlet's work on a delivery ended. What is left in `untried` was surely not sent. */
export type Sent = {
  /** `paused`: every relay is down until then, on the outlet's clock. */
  readonly end:
    | { readonly kind: 'done' }
    | { readonly kind: 'stopped' }
    | { readonly kind: 'paused'; readonly until: number; readonly why: MtaError };
  /** Sent to the final dot, and the answer never came: not known, to be tried again. */
  readonly inFlight: readonly number[];
};

/** Called the moment an answer arrives, with the relay that gave it. */
export type OnSent = (indexes: readonly number[], answer: Answer, relay: RelaySettings) => void;

/** Called when a relay is given fewer connections than there may be, and when it gets more again. */
export type OnStrain = (relay: RelaySettings, strain: Strain) => void;

/** How urgent a delivery is, what else than the signal may end it, and its share of connections. */
export type SendOptions = {
  readonly priority?: number;
  readonly stop?: Stop;
  readonly most?: number | undefined;
};

/** What one call of `send` needs in all of its lanes. */
type Sending = {
  readonly delivery: Delivery;
  readonly untried: Untried;
  readonly onSent: OnSent;
  readonly signal: AbortSignal;
  readonly inFlight: number[];
  readonly priority: number;
  readonly stop: Stop;
};

/**
 * The door to the MTAs: keeps connections open from delivery to delivery, spreads one delivery over
 * several of them, goes to another relay when one is down, and says so when all are.
 */
export class Outlet {
  readonly #relays: Relays<RelaySettings>;
  readonly #now: () => number;
  readonly #idle: Connection[] = [];
  /** Connections that have been answered at least once: losing one of these is no failure. */
  readonly #proven = new WeakSet<Connection>();
  readonly #learnt = new Map<RelaySettings, Learnt>();
  readonly #connections: number;
  readonly #lanes: Lanes;
  readonly #pressures: ReadonlyMap<RelaySettings, Pressure>;
  /** Connections of each relay that are at work. */
  readonly #busy = new Map<RelaySettings, number>();
  #trouble = new MtaError('refused', 'every relay is down');

  /** `now` must only go forward: `uptimeMs`, not the wall clock. */
  constructor(
    relays: readonly WeightedRelay<RelaySettings>[],
    connections: number,
    now: () => number,
    onStrain: OnStrain = () => {},
  ) {
    this.#relays = new Relays(relays);
    this.#lanes = new Lanes(connections);
    this.#now = now;
    this.#connections = connections;
    const pressureOf = (relay: RelaySettings): Pressure =>
      new Pressure(connections, (strain) => {
        this.#limit();
        onStrain(relay, strain);
      });
    this.#pressures = new Map(relays.map(({ relay }) => [relay, pressureOf(relay)]));
  }

  /** When a relay may be tried again, if all are down now. */
  get pausedUntil(): number | undefined {
    return this.#relays.pausedUntil(this.#now());
  }

  /** The trouble that was met last. */
  get trouble(): MtaError {
    return this.#trouble;
  }

  /**
   * Hands a message over to all in `untried`. Deliveries may be sent side by side; they share the
   * connections, and one that is more urgent (a lower `priority`) gets one at the end of the
   * transaction that is under way there. Rejects only if the message cannot be read or `onSent` throws: then whoever was
   * not reported may or may not have been reached.
   */
  async send(
    delivery: Delivery,
    untried: Untried,
    onSent: OnSent,
    signal: AbortSignal,
    { priority = 5, stop = signal, most = Number.POSITIVE_INFINITY }: SendOptions = {},
  ): Promise<Sent> {
    const sending = { delivery, untried, onSent, signal, inFlight: [] as number[], priority, stop };
    const { inFlight } = sending;
    const lanes = [this.#lane(sending, await this.#lanes.enter(priority))];
    while (lanes.length < Math.min(most, lanesFor(delivery, untried.size))) {
      const lane = this.#lanes.enterFree(priority);
      if (lane === undefined) break;
      lanes.push(this.#lane(sending, lane));
    }
    // All lanes end before the caller hears of an error: none may report anything afterwards.
    const results = await Promise.allSettled(lanes);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    if (untried.size === 0) return { end: { kind: 'done' }, inFlight };
    if (signal.aborted || stop.aborted) return { end: { kind: 'stopped' }, inFlight };
    const until = this.pausedUntil ?? this.#now();
    return { end: { kind: 'paused', until, why: this.#trouble }, inFlight };
  }

  /** Says goodbye on all connections that are not at work. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((connection) => connection.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** One connection after another, until nothing is left to do or nobody to speak to. */
  async #lane(sending: Sending, first: Lane): Promise<void> {
    const { untried, signal, priority, stop } = sending;
    for (let lane = first; ; lane = await this.#lanes.enter(priority)) {
      try {
        while (untried.size > 0 && !signal.aborted && !stop.aborted && !lane.yields) {
          const connection = await this.#connection(signal);
          if (connection === undefined) return;
          await this.#deliver(connection, sending, lane);
        }
      } catch (error) {
        // Nobody goes on with what one of us cannot report or read.
        untried.clear();
        throw error;
      } finally {
        this.#lanes.leave(lane);
      }
      if (untried.size === 0 || signal.aborted || stop.aborted) return;
    }
  }

  async #deliver(connection: Connection, sending: Sending, lane: Lane): Promise<void> {
    const { delivery, untried, onSent, signal, inFlight, stop } = sending;
    const ends = {
      get aborted() {
        return signal.aborted || stop.aborted || lane.yields;
      },
    };
    const { relay } = connection;
    const pressure = this.#pressures.get(relay);
    const onTaken = (ms: number): void => pressure?.took(ms, this.#now());
    const onAnswer = (indexes: readonly number[], answer: Answer): void => {
      if (!answer.local && !this.#proven.has(connection)) {
        this.#proven.add(connection);
        this.#relays.succeeded(relay);
        this.#limit();
      }
      // A full mailbox says nothing of the relay.
      const isLater = answer.kind === 'deferred' && !/^4\.2\./.test(answer.enhanced ?? '');
      if (!answer.local) pressure?.heard(indexes.length, isLater, this.#now());
      onSent(indexes, answer, relay);
    };
    this.#busy.set(relay, (this.#busy.get(relay) ?? 0) + 1);
    const ending = await connection
      .deliver(delivery, untried, onAnswer, ends, onTaken)
      .finally(() => this.#busy.set(relay, (this.#busy.get(relay) ?? 1) - 1));
    if (connection.open) this.#idle.push(connection);
    if (ending.kind !== 'lost') return;
    inFlight.push(...ending.inFlight);
    // A server that hangs up after some messages, or on an idle client, is in good health.
    const healthy = this.#proven.has(connection) && ending.error.trouble !== 'timeout';
    if (!healthy) this.#failed(relay, ending.error);
  }

  /** An open connection, or a new one to a relay that is up; undefined while all are down. */
  async #connection(signal: AbortSignal): Promise<Connection | undefined> {
    for (let n = this.#idle.length - 1; n >= 0; n = Math.min(n, this.#idle.length) - 1) {
      const idle = this.#idle[n];
      if (idle?.open && this.#isFull(idle.relay)) continue;
      this.#idle.splice(n, 1);
      if (!idle?.open) continue;
      if (!this.#relays.isRelieved(idle.relay, this.#now())) return idle;
      await idle.close();
    }
    for (;;) {
      const relay = this.#relays.pick(this.#now(), (one) => this.#isFull(one));
      if (relay === undefined || signal.aborted) return undefined;
      try {
        return await connect(relay, signal, this.#learntOf(relay));
      } catch (error) {
        if (!(error instanceof MtaError)) throw error;
        if (error.trouble === 'aborted') return undefined;
        this.#failed(relay, error);
      }
    }
  }

  /** Under strain: others have room. */
  #isFull(relay: RelaySettings): boolean {
    return (this.#busy.get(relay) ?? 0) >= (this.#pressures.get(relay)?.lanes ?? 1);
  }

  #learntOf(relay: RelaySettings): Learnt {
    const learnt = this.#learnt.get(relay) ?? nothingLearnt();
    this.#learnt.set(relay, learnt);
    return learnt;
  }

  #failed(relay: RelaySettings, error: MtaError): void {
    this.#trouble = error;
    this.#relays.failed(relay, this.#now());
    this.#limit();
  }

  /** No more lanes than there are connections that relays can do with. */
  #limit(): void {
    let all = 0;
    for (const relay of this.#relays.usable) all += this.#pressures.get(relay)?.lanes ?? 0;
    this.#lanes.limit(all === 0 ? this.#connections : Math.min(this.#connections, all));
  }
}

/** As many lanes as there are transactions to share among them. */
function lanesFor(delivery: Delivery, recipients: number): number {
  if (delivery.envelope.kind === 'each') return recipients;
  // One batch is one transaction wherever the server lets it be.
  return 1;
}
