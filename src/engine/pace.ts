/**
 * Says which recipients of a batch may get it now: limits that the site has set, and what servers
 * asked for. Whoever must wait stays in the batch, which comes again when there is room.
 *
 * All workers count in the same books. A site without limits, to which no server ever said "too
 * fast", does not open them.
 */
import { existsSync } from 'node:fs';
import type { Config } from '../ground/config.ts';
import { type Course, maxRestMs, rateOf, type Slow, slower } from '../model/pace.ts';
import type { Strain } from '../mta/pressure.ts';
import type { KeyedRate, PaceBooks } from '../store/pace-books.ts';
import { type Group, type Keyed, keyed, ratesOf } from './pace-limits.ts';
import { UnderWay } from './under-way.ts';

/** Who may go, and when the others may, and why not now. */
export type Plan = {
  readonly now: readonly number[];
  /** So many transactions of them may be under way at once; undefined: nobody counts them. */
  readonly most: number | undefined;
  /** Some must wait until others are over. */
  readonly isFull: boolean;
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
  readonly limits: Config['pace'];
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

  /** Groups of which the same transactions may be under way at once, each lot by itself. */
  lotsOf(groups: readonly Group[]): readonly (readonly Group[])[] {
    const lots = new Map<string, Group[]>();
    for (const group of groups) {
      const bounded = this.#limitsOf(group).filter(({ limit }) => limit.concurrent !== undefined);
      const keys = bounded.map(({ key }) => key).join('\n');
      const lot = lots.get(keys);
      if (lot) lot.push(group);
      else lots.set(keys, [group]);
    }
    return [...lots.values()];
  }

  /**
   * Asks for each group, and for leave to have so many transactions under way at once, which are
   * over when the plan is disposed.
   */
  async plan(groups: readonly Group[], now: number, want = 1): Promise<Plan & AsyncDisposable> {
    const entered = new Map<string, number>();
    const end = () => this.#underWay.leave(entered);
    try {
      return { ...(await this.#sort(groups, now, want, entered)), [Symbol.asyncDispose]: end };
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

  async #sort(
    groups: readonly Group[],
    now: number,
    want: number,
    entered: Map<string, number>,
  ): Promise<Plan> {
    const going: number[] = [];
    let held: Plan['held'];
    let isFull = false;
    for (const group of groups) {
      const leave = await this.#leave(group, now, want, entered);
      going.push(...group.positions.slice(0, leave.count));
      if (leave.count === group.positions.length) continue;
      isFull ||= leave.isFull === true;
      if (leave.by !== undefined) await this.tell(leave.by, leave, now);
      if (held === undefined || leave.until < held.until) {
        held = { until: leave.until, why: leave.why };
      }
    }
    const most = entered.size === 0 ? undefined : Math.min(...entered.values());
    return { now: going, most, isFull, held };
  }

  /** How many of a group may go; under which limits how many count goes into `entered`. */
  async #leave(
    group: Group,
    now: number,
    want: number,
    entered: Map<string, number>,
  ): Promise<Leave> {
    const limits = this.#limitsOf(group);
    const slow = this.#slow.get(`domain ${group.domain}`);
    const rests = slow && slow.until > now && slow.until - now <= maxRestMs;
    // A clock that went back must make no rest longer.
    if (rests) return { count: 0, until: slow.until, why: slow.why, by: undefined };
    // What goes to several domains shares its transactions.
    const bounds = limits.flatMap(({ limit: { concurrent: most }, key }) =>
      most === undefined || entered.has(key) ? [] : [{ key, most }],
    );
    const asked = await this.#underWay.enter(bounds, want, now);
    if (asked.kind === 'full') {
      const { key } = asked;
      const most = bounds.find((one) => one.key === key)?.most;
      const why = `${key}: ${most} under way at once is the limit`;
      return { count: 0, until: now + busyMs, why, by: key, isFull: true };
    }
    const fresh = new Map(bounds.map(({ key }) => [key, asked.places]));
    for (const [key, places] of fresh) entered.set(key, places);
    const leave = await this.#takeRates(group, limits, slow, now);
    if (leave.count > 0) return leave;
    for (const key of fresh.keys()) entered.delete(key);
    await this.#underWay.leave(fresh);
    return leave;
  }

  #limitsOf(group: Group): readonly Keyed[] {
    return this.#parts.limits.flatMap((limit) => keyed(limit, group));
  }

  async #takeRates(
    { domain, positions }: Group,
    limits: readonly Keyed[],
    slow: Slow | undefined,
    now: number,
  ): Promise<Leave> {
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

/** How many of a group may go, and why not the others. */
type Leave = {
  readonly count: number;
  readonly until: number;
  readonly why: string;
  /** The limit that says so. */
  readonly by: string | undefined;
  readonly isFull?: boolean;
};
