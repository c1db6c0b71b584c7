/**
 * One worker of one runner: claims what is due, steps, settles, sleeps.
 *
 * Up to `batch` entries are in hand at once, and outcomes that are ready together are settled
 * together. An entry that was in hand when a worker died is a suspect: it is worked alone, so
 * that a message that kills is found and the innocent beside it are not counted with it.
 * Trouble with the world (disk, store, MTA) puts the claims back and makes the worker wait, longer
 * each time; then one entry alone tries whether the world is ready again.
 */

import { explain, isPassing } from '../ground/errors.ts';
import type { Log } from '../ground/log.ts';
import { type Outcome, park } from '../model/outcome.ts';
import type { EntryName } from '../spool/layout.ts';
import { Listing } from '../spool/listing.ts';
import type { Claim, OpenClaim } from '../spool/spool.ts';
import { Bell } from './bell.ts';
import type { Route, Step } from './define.ts';
import type { Desk } from './desk.ts';
import { parkBroken } from './recover.ts';
import { type Ledger, type Settled, type Slip, settle } from './settle.ts';
import type { Site } from './site.ts';
import { watchQueue } from './watch.ts';

export type WorkerState = 'idle' | 'working' | 'waiting' | 'paused' | 'draining';

/** What is known of a worker from outside. */
export type Report = {
  readonly state: WorkerState;
  readonly why: string | undefined;
  readonly current: { id: string; list?: string; since: number } | undefined;
  readonly done: number;
  readonly waiting: number;
};

export type WorkerParts = {
  readonly site: Site;
  readonly name: string;
  readonly route: Route;
  readonly step: Step;
  readonly ledger: Ledger;
  /** The desk for one step. */
  readonly desk: (now: number) => Desk;
  readonly now: () => number;
  readonly pollMs: number;
  /** Called at each change of state. */
  readonly changed: () => void;
};

const firstWaitMs = 1000;
const maxWaitMs = 60_000;

export class Worker {
  readonly #parts: WorkerParts;
  readonly #log: Log;
  readonly #bell = new Bell();
  readonly #listing: Listing;
  readonly #inHand = new Map<string, { claim: OpenClaim; since: number }>();
  #ready: Slip[] = [];
  #settling = false;
  #suspects: EntryName[] = [];
  #alone = false;
  #paused = false;
  #draining = false;
  #waitUntil = 0;
  #waitMs = 0;
  #why: string | undefined;
  #done = 0;
  #state: WorkerState = 'idle';
  #fatal: unknown;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#log = parts.site.log;
    const { paths } = parts.site.spool;
    this.#listing = new Listing((priority) => paths.new(parts.route.reads, priority));
  }

  get report(): Report {
    const first = this.#inHand.values().next().value;
    const list = first?.claim.meta.list;
    const current = first && {
      id: first.claim.meta.id,
      ...(list === undefined ? {} : { list }),
      since: first.since,
    };
    const waiting = this.#listing.waiting + this.#suspects.length;
    return { state: this.#state, why: this.#why, current, done: this.#done, waiting };
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    this.#bell.ring();
  }

  /** No new claims; `run` resolves when those in hand are settled. */
  drain(): void {
    this.#draining = true;
    this.#bell.ring();
  }

  /** Works until drained. Rejects when spool or store fail under it: the process should end. */
  async run(): Promise<void> {
    const { site, route, pollMs, now } = this.#parts;
    const watch = watchQueue(
      site.spool.paths,
      route.reads,
      (priority) => {
        this.#listing.touch(priority);
        this.#bell.ring();
      },
      (error) => this.#log.warn({ event: 'unwatched', why: explain(error) }, 'polling only'),
    );
    let polled = now();
    try {
      while (this.#fatal === undefined && !(this.#draining && this.#inHand.size === 0)) {
        if (Math.abs(now() - polled) >= pollMs) {
          polled = now();
          this.#listing.touch();
        }
        const busy = this.#claimMore(now());
        this.#enter(this.#stateNow(now()));
        if (!busy) await this.#bell.wait(this.#sleepMs(now(), pollMs));
      }
      if (this.#fatal !== undefined) throw this.#fatal;
    } finally {
      watch.close();
    }
  }

  #stateNow(now: number): WorkerState {
    if (this.#draining) return 'draining';
    if (this.#inHand.size > 0) return 'working';
    if (this.#paused) return 'paused';
    return this.#waitUntil > now ? 'waiting' : 'idle';
  }

  #enter(state: WorkerState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#parts.changed();
  }

  #sleepMs(now: number, pollMs: number): number {
    if (this.#paused || this.#draining) return Number.POSITIVE_INFINITY;
    const next = Math.max(this.#waitUntil, Math.min(this.#listing.nextDue, now + pollMs));
    return Math.max(1, next - now);
  }

  /** Takes what there is room for; true when something was taken (look again at once). */
  #claimMore(now: number): boolean {
    if (this.#draining || this.#paused || this.#alone || this.#waitUntil > now) return false;
    const limit = this.#waitMs > 0 ? 1 : (this.#parts.route.batch ?? 1);
    const room = limit - this.#inHand.size;
    if (room <= 0) return false;
    let taken = false;
    for (const name of this.#listing.take(room, now)) {
      if (name.tries > 0 && limit > 1) this.#suspects.push(name);
      else this.#claim(name, now);
      taken = true;
    }
    if (this.#inHand.size === 0) {
      const suspect = this.#suspects.shift();
      if (suspect) this.#alone = this.#claim(suspect, now);
      taken ||= suspect !== undefined;
    }
    return taken;
  }

  #claim(name: EntryName, now: number): boolean {
    const { site, route, name: worker } = this.#parts;
    try {
      const claim = site.spool.claim(route.reads, worker, name);
      if (!claim) return false;
      const opened = site.spool.open(claim);
      if ('broken' in opened) {
        this.#parkBroken(claim, opened.broken, now);
        return false;
      }
      this.#inHand.set(opened.meta.id, { claim: opened, since: now });
      this.#take(opened, now);
      return true;
    } catch (error) {
      this.#fatal ??= error;
      return false;
    }
  }

  #parkBroken(claim: Claim, reason: string, now: number): void {
    const { spool } = this.#parts.site;
    parkBroken({ spool, log: this.#log, now }, claim, reason).catch((error: unknown) => {
      this.#fatal ??= error;
      this.#bell.ring();
    });
  }

  /** Runs the step and gives its outcome to the next settle. */
  #take(claim: OpenClaim, now: number): void {
    const { meta, message, folder, name } = claim;
    this.#parts
      .step({ meta, message, folder, tries: name.tries }, this.#parts.desk(now))
      .catch((error: unknown): Outcome | Unready => {
        if (isPassing(error)) return { unready: error };
        return { fate: park('shunt', `${this.#parts.route.reads}: ${explain(error)}`) };
      })
      .then((outcome) => {
        if ('unready' in outcome) return this.#putBack(claim, outcome.unready);
        this.#ready.push({ claim, outcome });
        // What becomes ready in this turn of the loop is settled together.
        if (!this.#settling) setImmediate(() => this.#settleReady());
        this.#settling = true;
        return undefined;
      })
      .catch((error: unknown) => this.#die(error));
  }

  #die(error: unknown): void {
    this.#fatal ??= error;
    this.#bell.ring();
  }

  #settleReady(): void {
    const slips = this.#ready;
    this.#ready = [];
    const { site, ledger, now } = this.#parts;
    settle(site.spool, ledger, slips, now())
      .then(async (results) => {
        for (const [n, slip] of slips.entries()) {
          const result = results[n];
          if (result) await this.#conclude(slip, result);
        }
        if (this.#ready.length > 0) this.#settleReady();
        else this.#settling = false;
      })
      .catch((error: unknown) => this.#die(error));
  }

  async #conclude(slip: Slip, result: Settled): Promise<void> {
    if (result.kind === 'unready') return await this.#putBack(slip.claim, result.error);
    const { meta, queue } = slip.claim;
    const fate = result.fate;
    this.#log[fate.kind === 'park' && fate.where === 'shunt' ? 'error' : 'info']({
      event: 'settled',
      entry: meta.id,
      ...(meta.list === undefined ? {} : { list: meta.list }),
      queue,
      ...slip.outcome.tell,
      fate: fate.kind === 'park' ? fate.where : fate.kind,
      ...(fate.kind === 'park' ? { why: fate.why } : {}),
      ...(fate.kind === 'later' ? { at: new Date(fate.at).toISOString(), why: fate.why } : {}),
    });
    for (const { kind, ...fact } of result.facts) this.#log.info({ event: kind, ...fact });
    this.#done += 1;
    this.#waitMs = 0;
    this.#why = undefined;
    this.#release(slip.claim);
  }

  #release(claim: OpenClaim): void {
    this.#inHand.delete(claim.meta.id);
    if (this.#inHand.size === 0) this.#alone = false;
    this.#bell.ring();
  }

  /** The world is not ready: the entry waits where it was, and so do we. */
  async #putBack(claim: OpenClaim, error: unknown): Promise<void> {
    const { site, now } = this.#parts;
    const why = explain(error);
    if (this.#waitUntil <= now()) {
      this.#waitMs = Math.min(Math.max(this.#waitMs * 2, firstWaitMs), maxWaitMs);
      this.#waitUntil = now() + this.#waitMs;
      this.#why = why;
      const told = { event: 'waiting', entry: claim.meta.id, waitMs: this.#waitMs, why };
      this.#log.warn(told, 'the world is not ready');
    }
    await site.spool.release(claim, claim.name.due, claim.name.tries - 1);
    this.#listing.touch(claim.name.priority);
    this.#release(claim);
    this.#parts.changed();
  }
}

type Unready = { readonly unready: unknown };
