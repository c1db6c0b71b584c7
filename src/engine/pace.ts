/**
 * Says which recipients of a batch may get it now: limits that the site has set, and what servers
 * asked for. Whoever must wait stays in the batch, which comes again when there is room.
 *
 * All workers count in the same books. A site without limits, to which no server ever said "too
 * fast", does not open them.
 */
import { existsSync } from 'node:fs';
import type { Config } from '../ground/config.ts';
import {
  type Course,
  maxRestMs,
  type Rate,
  rateOf,
  type Slow,
  slower,
  warmUpRate,
} from '../model/pace.ts';
import type { Strain } from '../mta/pressure.ts';
import type { KeyedRate, PaceBooks } from '../store/pace-books.ts';
import { UnderWay } from './under-way.ts';

type PaceConfig = Config['pace'][number];

/** What goes to one domain of a batch. */
export type Group = {
  readonly domain: string;
  readonly list: string | undefined;
  /** The relays of its route. */
  readonly relays: readonly string[];
  readonly positions: readonly number[];
};

/** Who may go, and when the others may, and why not now. */
export type Plan = {
  readonly now: readonly number[];
  readonly held: { readonly until: number; readonly why: string } | undefined;
};

/** Who is told that he is held back until about the same time is not told again. */
const sameMs = 1000;
/** What is slow is read again after this: other workers hear of it, too. */
const freshMs = 2000;
/** So much that is held back is remembered at once. */
const maxTold = 10_000;
/** Where as many are under way as may be, it is asked again after this. */
const busyMs = 1000;

export type PaceParts = {
  readonly limits: readonly PaceConfig[];
  /** The name of the worker: no two have one at the same time. */
  readonly holder: string;
  readonly path: string;
  readonly open: () => Promise<PaceBooks>;
  readonly now: () => number;
  /** Told when something cannot be noted. */
  readonly failed: (error: unknown) => void;
};

/** The pace of one worker. */
export class Pace {
  readonly #parts: PaceParts;
  readonly #underWay: UnderWay;
  /** Until when it was told last that something is held back. */
  readonly #held = new Map<string, number>();
  #noting: Promise<void> = Promise.resolve();
  #books: Promise<PaceBooks> | undefined;
  #slow: ReadonlyMap<string, Slow> = new Map();
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(parts: PaceParts) {
    this.#parts = parts;
    const { holder, now, failed } = parts;
    const books = async () => (await this.#want()).underWay;
    this.#underWay = new UnderWay({ holder, books, now, failed });
  }

  /** False where nothing limits anybody: then nobody needs to be asked about. */
  async isNeeded(now: number): Promise<boolean> {
    await this.#refresh(now);
    return this.#parts.limits.length > 0 || this.#slow.size > 0;
  }

  /** Asks for each group; what is under way is over when the plan is disposed. */
  async plan(groups: readonly Group[], now: number): Promise<Plan & AsyncDisposable> {
    const entered: string[] = [];
    const end = () => this.#underWay.leave(entered);
    try {
      return { ...(await this.#sort(groups, now, entered)), [Symbol.asyncDispose]: end };
    } catch (error) {
      await end();
      throw error;
    }
  }

  /** A hand-over to a domain is done: it may be too fast, or may be faster again. */
  async learn(domain: string, course: Course, now: number): Promise<void> {
    const key = `domain ${domain}`;
    const known = this.#slow.get(key);
    const next = slower(known, course, now);
    if (next === known) return;
    await (await this.#want()).note(key, next);
    this.#readAt = Number.NEGATIVE_INFINITY;
  }

  /** Notes for people that something is held back. */
  async tell(what: string, { until, why }: { until: number; why: string }, now: number) {
    const known = this.#held.get(what);
    if (known !== undefined && known > now && until - known < sameMs) return;
    if (this.#held.size >= maxTold) this.#held.clear();
    this.#held.set(what, until);
    await (await this.#want()).hold(what, { until, why }, now);
  }

  /** Notes for people how a relay does under its connections. */
  strain(relay: string, strain: Strain, worker: number, now: number): void {
    const { lanes, most, ms, usualMs: usual, laterShare: later } = strain;
    const one = { relay, worker, lanes, most, ms, usual, later, at: now };
    const note = async () => await (await this.#want()).strain(one);
    this.#noting = this.#noting.then(note).catch(this.#parts.failed);
  }

  async close(): Promise<void> {
    await this.#noting;
    await this.#underWay.close();
    (await this.#books)?.close();
    this.#books = undefined;
  }

  async #sort(groups: readonly Group[], now: number, entered: string[]): Promise<Plan> {
    const going: number[] = [];
    let held: Plan['held'];
    for (const group of groups) {
      const leave = await this.#leave(group, now, entered);
      going.push(...group.positions.slice(0, leave.count));
      if (leave.count === group.positions.length) continue;
      if (leave.by !== undefined) await this.tell(leave.by, leave, now);
      if (held === undefined || leave.until < held.until) {
        held = { until: leave.until, why: leave.why };
      }
    }
    return { now: going, held };
  }

  /** How many of a group may go; under which limits they count goes into `entered`. */
  async #leave(group: Group, now: number, entered: string[]) {
    const limits = this.#parts.limits.flatMap((limit) => keyed(limit, group));
    const slow = this.#slow.get(`domain ${group.domain}`);
    const rests = slow && slow.until > now && slow.until - now <= maxRestMs;
    // A clock that went back must make no rest longer.
    if (rests) return { count: 0, until: slow.until, why: slow.why, by: undefined };
    // What goes to several domains is one batch.
    const bounds = limits.flatMap(({ limit: { concurrent: most }, key }) =>
      most === undefined || entered.includes(key) ? [] : [{ key, most }],
    );
    const busy = await this.#underWay.enter(bounds, now);
    if (busy !== undefined) {
      const most = bounds.find(({ key }) => key === busy)?.most;
      const why = `${busy}: ${most} batches are under way`;
      return { count: 0, until: now + busyMs, why, by: busy };
    }
    const keys = bounds.map(({ key }) => key);
    entered.push(...keys);
    const leave = await this.#takeRates(group, limits, slow, now);
    if (leave.count > 0) return leave;
    entered.length -= keys.length;
    await this.#underWay.leave(keys);
    return leave;
  }

  async #takeRates(
    { domain, positions }: Group,
    limits: readonly Keyed[],
    slow: Slow | undefined,
    now: number,
  ) {
    const rates: KeyedRate[] = limits.flatMap(({ limit, key }) => ratesOf(limit, key, now));
    if (slow) rates.push({ key: `slow domain ${domain}`, ...rateOf(slow) });
    const want = positions.length;
    if (rates.length === 0) return { count: want, until: now, why: '', by: undefined };
    const leave = await (await this.#want()).take(rates, want, now);
    // What is slow is told by the servers' own words.
    if (slow && leave.by.startsWith('slow')) return { ...leave, why: slow.why, by: undefined };
    return { ...leave, why: `limit: ${leave.by}` };
  }

  async #refresh(now: number): Promise<void> {
    if (Math.abs(now - this.#readAt) < freshMs) return;
    this.#readAt = now;
    if (this.#books === undefined && !existsSync(this.#parts.path)) return;
    this.#slow = await (await this.#want()).slow();
  }

  #want(): Promise<PaceBooks> {
    this.#books ??= this.#parts.open();
    return this.#books;
  }
}

type Keyed = { readonly limit: PaceConfig; readonly key: string };

/** A limit as it stands for a group: with one for each domain, it is that domain's. */
function keyed(limit: PaceConfig, group: Group): Keyed[] {
  const { domain, list, relay } = limit;
  if (list !== undefined && list !== group.list) return [];
  if (relay !== undefined && !group.relays.includes(relay)) return [];
  if (domain !== undefined && !matchesDomain(domain, group.domain)) return [];
  const parts = [
    ...(list === undefined ? [] : [`list ${list}`]),
    ...(relay === undefined ? [] : [`relay ${relay}`]),
    ...(domain === undefined ? [] : [`domain ${domain === '*' ? group.domain : domain}`]),
  ];
  return [{ limit, key: parts.length === 0 ? 'site' : parts.join(', ') }];
}

/** `example.org`, `.example.org` for what is below it, `*` for all. */
export function matchesDomain(pattern: string, domain: string): boolean {
  if (pattern === '*') return true;
  return pattern.startsWith('.') ? domain.endsWith(pattern) : domain === pattern;
}

function ratesOf(limit: PaceConfig, key: string, now: number): KeyedRate[] {
  const rates: KeyedRate[] = [];
  const { messages, perMs, warmUp, warmUpFrom } = limit;
  if (messages !== undefined) rates.push({ key: `${key}, per ${perMs} ms`, most: messages, perMs });
  const from = warmUpFrom === undefined ? Number.NaN : Date.parse(warmUpFrom);
  const warm: Rate | undefined = warmUpRate(warmUp, from, now);
  if (warm) rates.push({ key: `${key}, warming up`, ...warm });
  return rates;
}
