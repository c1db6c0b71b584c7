/**
 * Sends a batch on its ways: who may get it now (the pace), and by which relays (the outlets).
 * What servers say of a domain is learnt from, so that the next batch goes slower there, or
 * faster again.
 */
import { uptimeMs, wallClock } from '../ground/clock.ts';
import type { MetaOf } from '../model/entry.ts';
import { addressAt } from '../model/recipients.ts';
import { type Delivery, type Stop, Untried } from '../mta/delivery.ts';
import type { OnSent, Sent } from '../mta/outlet.ts';
import type { Answer } from '../mta/types.ts';
import type { Outlets, Route } from './outlets.ts';
import type { Group, Pace, Plan } from './pace.ts';

export type Dispatched = {
  readonly end: Sent['end'];
  readonly inFlight: readonly number[];
  /** Some were not sent, because it is not their time. */
  readonly held: Plan['held'];
};

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
    const groups = isFree ? [] : this.#groups(meta, delivery, due);
    await using plan = isFree ? everybody(due) : await this.#pace.plan(groups, now);
    const course = new Courses(delivery);
    const heard: OnSent = (positions, answer, relay) => {
      course.hear(positions, answer);
      onSent(positions, answer, relay);
    };
    const ways = isFree ? [[this.#outlets.usual, plan.now] as const] : this.#ways(delivery, plan);
    const sent = await Promise.all(
      ways.map(async ([route, positions]) => {
        const { priority } = meta;
        const untried = new Untried(positions);
        const one = await route.outlet.send(delivery, untried, heard, this.#signal, {
          priority,
          stop,
        });
        return { route, ...one };
      }),
    );
    const slowOnes = course.worthTelling(!isFree);
    for (const [domain, one] of slowOnes) await this.#pace.learn(domain, one, wallClock.now());
    const down = sent.filter(({ end, route }) => end.kind === 'paused' && !route.isUsual);
    for (const { route, end } of down) {
      const told = downText(end, now);
      if (told) await this.#pace.tell(`relay ${route.relays.join(', ')}`, told, now);
    }
    const held = [resting, plan.held, ...down.map(({ end }) => downText(end, now))];
    return {
      end: endOf(sent.filter((one) => !down.includes(one)).map(({ end }) => end)),
      inFlight: sent.flatMap(({ inFlight }) => inFlight),
      held: held.filter((one) => one !== undefined).sort((a, b) => a.until - b.until)[0],
    };
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

function everybody(now: readonly number[]): Plan & AsyncDisposable {
  return { now, held: undefined, [Symbol.asyncDispose]: async () => undefined };
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

/** Counts by domain what was said, where it is worth it. */
class Courses {
  readonly #delivery: Delivery;
  readonly #began = uptimeMs();
  /** As they were answered: one array for all of a transaction. */
  readonly #delivered: (readonly number[])[] = [];
  readonly #deferred: [number, Answer][] = [];

  constructor(delivery: Delivery) {
    this.#delivery = delivery;
  }

  hear(positions: readonly number[], answer: Answer): void {
    if (answer.kind === 'delivered') this.#delivered.push(positions);
    // A full mailbox says nothing about the server.
    const isOwn = /^4\.2\./.test(answer.enhanced ?? '');
    if (answer.kind !== 'deferred' || isOwn || !this.#isOfOneDomain(positions)) return;
    for (const position of positions) this.#deferred.push([position, answer]);
  }

  /** What is said to many at once is said by the MTA, not by the servers of their domains. */
  #isOfOneDomain([first = 0, ...others]: readonly number[]): boolean {
    const domain = domainAt(this.#delivery, first);
    return others.every((position) => domainAt(this.#delivery, position) === domain);
  }

  /** What each domain came to; nothing where nobody was deferred and nobody is slow. */
  worthTelling(all: boolean) {
    const found = new Map<
      string,
      { delivered: number; deferred: number; why: string; ms: number }
    >();
    if (!all && this.#deferred.length === 0) return found;
    const ms = uptimeMs() - this.#began;
    const at = (position: number) => {
      const domain = domainAt(this.#delivery, position);
      const known = found.get(domain) ?? { delivered: 0, deferred: 0, why: '', ms };
      found.set(domain, known);
      return known;
    };
    for (const position of this.#delivered.flat()) at(position).delivered += 1;
    for (const [position, { code, text }] of this.#deferred) {
      const one = at(position);
      one.deferred += 1;
      one.why = `${code} ${text}`;
    }
    return found;
  }
}

function domainAt({ recipients }: Delivery, position: number): string {
  const address = addressAt(recipients, position);
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
