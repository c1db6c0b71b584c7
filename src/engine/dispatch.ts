/**
 * Sends a batch on its ways: who may get it now (the pace), and by which relays (the outlets).
 * What servers say of a domain is learnt from, so that the next batch goes slower there, or
 * faster again.
 */
import { uptimeMs, wallClock } from '../ground/clock.ts';
import type { MetaOf } from '../model/entry.ts';
import { type Delivery, type Stop, Untried } from '../mta/delivery.ts';
import type { OnSent, Sent } from '../mta/outlet.ts';
import { Courses, domainAt } from './courses.ts';
import type { Outlets, Route } from './outlets.ts';
import type { Pace, Plan } from './pace.ts';
import type { Group } from './pace-limits.ts';

export type Dispatched = {
  readonly end: Sent['end'];
  readonly inFlight: readonly number[];
  /** Some were not sent, because it is not their time. */
  readonly held: Plan['held'];
};

/** What is sent, and who hears of it. */
type Sending = {
  readonly delivery: Delivery;
  readonly onSent: OnSent;
  readonly priority: number;
  readonly stop: Stop;
};

/** What became of what went one way. */
type Carried = Sent & { readonly route: Route };

type Waits = readonly (readonly [position: number, at: number])[];
type Held = NonNullable<Plan['held']>;

/** The ways out of one worker. */
export class Dispatch {
  readonly #outlets: Outlets;
  readonly #pace: Pace;
  readonly #signal: AbortSignal;

  constructor(outlets: Outlets, pace: Pace, signal: AbortSignal) {
    this.#outlets = outlets;
    this.#pace = pace;
    this.#signal = signal;
  }

  /** Sends to those of `unserved` who may get it now. */
  async send(
    meta: MetaOf<'batch'>,
    delivery: Delivery,
    unserved: readonly number[],
    onSent: OnSent,
    stop: Stop,
  ): Promise<Dispatched> {
    const now = wallClock.now();
    const { due, held: resting } = dueOf(unserved, meta.work.waits ?? [], now);
    const isFree = this.#outlets.isOne && !(await this.#pace.isNeeded(now));
    const course = new Courses(delivery);
    const heard: OnSent = (positions, answer, relay) => {
      course.hear(positions, answer);
      onSent(positions, answer, relay);
    };
    const sending: Sending = { delivery, onSent: heard, priority: meta.priority, stop };
    const { sent, held: waiting } = isFree
      ? { sent: [await this.#carry(this.#outlets.usual, due, undefined, sending)], held: [] }
      : await this.#sendLots(this.#groups(meta, delivery, due), sending);
    const slowOnes = course.worthTelling(!isFree);
    for (const [domain, one] of slowOnes) await this.#pace.learn(domain, one, wallClock.now());
    const down = sent.filter(({ end, route }) => end.kind === 'paused' && !route.isUsual);
    for (const { route, end } of down) {
      const told = downText(end, now);
      if (told) await this.#pace.tell(`relay ${route.relays.join(', ')}`, told, now);
    }
    const held = [resting, ...waiting, ...down.map(({ end }) => downText(end, now))];
    return {
      end: endOf(sent.filter((one) => !down.includes(one)).map(({ end }) => end)),
      inFlight: sent.flatMap(({ inFlight }) => inFlight),
      held: held.filter((one) => one !== undefined).sort((a, b) => a.until - b.until)[0],
    };
  }

  /**
   * Lots that may have the same transactions under way, each by itself and side by side. One that
   * finds no room while others of the same batch are under way waits for these; else it is held.
   */
  async #sendLots(groups: readonly Group[], sending: Sending) {
    const { delivery, stop } = sending;
    const isEach = delivery.envelope.kind === 'each';
    const lots = isEach ? this.#pace.lotsOf(groups) : [groups];
    const want = isEach ? this.#outlets.connections : 1;
    const underWay = new Set<Promise<unknown>>();
    const sent: Carried[] = [];
    const held: Plan['held'][] = [];
    const begun: Promise<unknown>[] = [];
    for (const lot of lots) {
      if (stop.aborted || this.#signal.aborted) sent.push(stoppedOn(this.#outlets.usual));
      if (sent.some(({ end, route }) => end.kind !== 'done' && route.isUsual)) break;
      while (underWay.size >= this.#outlets.connections) await Promise.race(underWay);
      const plan = await this.#planned(lot, want, underWay);
      held.push(plan.held);
      const going = this.#sendPlanned(plan, sending)
        .then((those) => void sent.push(...those))
        .finally(() => underWay.delete(settling));
      const settling: Promise<unknown> = going.catch(() => undefined);
      underWay.add(settling);
      begun.push(going);
    }
    // All end before the caller hears of an error.
    const ended = await Promise.allSettled(begun);
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
    return { sent, held };
  }

  async #planned(lot: readonly Group[], want: number, underWay: ReadonlySet<Promise<unknown>>) {
    for (;;) {
      const plan = await this.#pace.plan(lot, wallClock.now(), want);
      if (plan.now.length > 0 || !plan.isFull || underWay.size === 0) return plan;
      await plan[Symbol.asyncDispose]();
      await Promise.race(underWay);
    }
  }

  async #sendPlanned(planned: Plan & AsyncDisposable, sending: Sending): Promise<Carried[]> {
    await using plan = planned;
    const ways = this.#ways(sending.delivery, plan);
    return await Promise.all(
      ways.map(([route, positions]) => this.#carry(route, positions, plan.most, sending)),
    );
  }

  async #carry(
    route: Route,
    positions: readonly number[],
    most: number | undefined,
    { delivery, onSent, priority, stop }: Sending,
  ): Promise<Carried> {
    const options = { priority, stop, most };
    const untried = new Untried(positions);
    const { outlet } = route;
    return { route, ...(await outlet.send(delivery, untried, onSent, this.#signal, options)) };
  }

  async close(): Promise<void> {
    await this.#outlets.close();
    await this.#pace.close();
  }

  #groups({ list }: MetaOf<'batch'>, delivery: Delivery, due: readonly number[]): Group[] {
    const byDomain = new Map<string, number[]>();
    for (const position of due) {
      const domain = domainAt(delivery, position);
      const those = byDomain.get(domain);
      if (those) those.push(position);
      else byDomain.set(domain, [position]);
    }
    return [...byDomain].map(([domain, positions]) => {
      return { domain, list, relays: this.#outlets.of(domain).relays, positions };
    });
  }

  #ways(delivery: Delivery, plan: Plan): [Route, number[]][] {
    const ways = new Map<Route, number[]>();
    for (const position of plan.now) {
      const route = this.#outlets.of(domainAt(delivery, position));
      const those = ways.get(route);
      if (those) those.push(position);
      else ways.set(route, [position]);
    }
    return [...ways];
  }
}

/** Nothing was begun. */
function stoppedOn(route: Route): Carried {
  return { route, end: { kind: 'stopped' }, inFlight: [] };
}

/** Those who were put off one by one come when it is their time. */
function dueOf(unserved: readonly number[], waits: Waits, now: number) {
  const later = new Map(waits.filter(([, at]) => at > now));
  if (later.size === 0) return { due: unserved, held: undefined };
  const held: Held = { until: Math.min(...later.values()), why: 'some were told to come later' };
  return { due: unserved.filter((position) => !later.has(position)), held };
}

function downText(end: Sent['end'], now: number): Held | undefined {
  if (end.kind !== 'paused') return undefined;
  return { until: now + Math.max(1000, end.until - uptimeMs()), why: end.why.message };
}

/** The worst of the ends: a pause is the world's, a stop ours. */
function endOf(ends: readonly Sent['end'][]): Sent['end'] {
  const bad = (kind: Sent['end']['kind']) => ends.find((end) => end.kind === kind);
  return bad('paused') ?? bad('stopped') ?? { kind: 'done' };
}
