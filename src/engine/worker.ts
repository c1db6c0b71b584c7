/**
 * One worker of one runner: claims what is due, steps, settles, sleeps.
 *
 * Up to `batch` entries are in hand at once, and outcomes that are ready together are settled
 * together. An entry that was in hand when a worker died is a suspect: it is worked alone, so
 * that a message that kills is found and the innocent beside it are not counted with it.
 * Trouble with the world (disk, store, MTA) puts the claims back and makes the worker wait, longer
 * each time; then one entry alone tries whether the world is ready again.
 */
import { setImmediate } from 'node:timers/promises';
import { explain, StaleView, TransientError } from '../ground/errors.ts';
import type { Log } from '../ground/log.ts';
import type { Priority } from '../model/queues.ts';
import { type EntryName, waitingName } from '../spool/layout.ts';
import { Listing } from '../spool/listing.ts';
import type { OpenClaim } from '../spool/spool.ts';
import { attempt } from './attempt.ts';
import { Bell } from './bell.ts';
import { Claimer } from './claimer.ts';
import { Gather, maxGroups } from './gather.ts';
import { InHand } from './in-hand.ts';
import { Patience } from './patience.ts';
import { type Settled, type Slip, settle } from './settle.ts';
import type { Report, WorkerState } from './state.ts';
import { Suspects } from './suspects.ts';
import { tellSettled } from './tell.ts';
import { watchQueue } from './watch.ts';
import type { WorkerParts } from './worker-parts.ts';

/** A step whose view was stale looks again after this: soon, but not in a tight circle. */
const staleMs = 50;

/** One worker: `run` until it is drained, or until spool or store fail. */
export class Worker {
  readonly #parts: WorkerParts;
  readonly #log: Log;
  readonly #bell = new Bell();
  readonly #listing: Listing;
  readonly #inHand = new InHand();
  readonly #patience = new Patience();
  readonly #suspects = new Suspects();
  readonly #claimer: Claimer;
  readonly #gather: Gather;
  #alone = false;
  #paused = false;
  #draining = false;
  #done = 0;
  #state: WorkerState = 'idle';
  #fatal: unknown;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#log = parts.site.log;
    const { name: worker, route } = parts;
    const { spool } = parts.site;
    const failed = (error: unknown) => this.#die(error);
    this.#claimer = new Claimer({ spool, queue: route.reads, worker, log: this.#log, failed });
    this.#gather = new Gather({
      beforeSettle: parts.beforeSettle,
      settle: (slips) => settle(spool, parts.ledger, slips, parts.now()),
      conclude: (slip, result) => this.#conclude(slip, result),
      failed,
      route,
    });
    const folderOf = (priority: Priority) => spool.paths.new(route.reads, priority);
    this.#listing = new Listing(folderOf, { fair: route.fair ?? false });
  }

  get report(): Report {
    const { current } = this.#inHand;
    const waiting = this.#listing.backlog(this.#parts.now()) + this.#suspects.size;
    return { state: this.#state, why: this.#patience.why, current, done: this.#done, waiting };
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
      (priority, name) => {
        if (this.#claimer.departures.isOne(name)) return;
        this.#listing.note(priority, name);
        this.#bell.ring();
      },
      (error) => this.#log.warn({ event: 'unwatched', why: explain(error) }, 'polling only'),
    );
    let polled = now();
    try {
      while (this.#fatal === undefined && !(this.#draining && this.#inHand.size === 0)) {
        if (Math.abs(now() - polled) >= pollMs) {
          polled = now();
          this.#claimer.look();
          this.#listing.touch();
        }
        // One time for all: a wait that ends between two looks at the clock would end in a poll.
        const at = now();
        const busy = this.#claimMore(at);
        this.#enter(this.#stateNow(at));
        if (busy) continue;
        // What came meanwhile is heard between two handfuls.
        if (site.spool.litter.sweepSome(this.#inHand.size === 0)) await setImmediate();
        else await this.#bell.wait(this.#sleepMs(at, pollMs));
      }
      await this.#claimer.rest();
      await site.spool.litter.clear();
      if (this.#fatal !== undefined) throw this.#fatal;
    } finally {
      watch.close();
    }
  }

  #stateNow(now: number): WorkerState {
    if (this.#draining) return 'draining';
    if (this.#inHand.size > 0) return 'working';
    if (this.#paused) return 'paused';
    return this.#patience.until(now) > now ? 'waiting' : 'idle';
  }

  #enter(state: WorkerState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#parts.changed();
  }

  #sleepMs(now: number, pollMs: number): number {
    if (this.#paused || this.#draining) return Number.POSITIVE_INFINITY;
    const until = this.#patience.until(now);
    const next = until > now ? until : Math.min(this.#listing.nextDue(now), now + pollMs);
    return Math.max(1, next - now);
  }

  /** Takes what there is room for; true when it should look again at once. */
  #claimMore(now: number): boolean {
    if (this.#draining || this.#paused || this.#alone) return false;
    if (this.#patience.until(now) > now) return false;
    if (this.#suspects.due) return this.#inHand.size === 0 && this.#claimSuspect(now);
    const limit = this.#patience.tried ? 1 : (this.#parts.route.batch ?? 1);
    // Those that only wait to be settled keep nobody from the work, up to a bound.
    const stepping = this.#inHand.size - this.#gather.size;
    const room = Math.min(limit - stepping, limit * maxGroups - this.#inHand.size);
    const names =
      room > 0 ? this.#listing.take(room, now) : this.#urgentNames(limit, stepping, now);
    for (const name of names) {
      if (name.tries > 0 && limit > 1) this.#suspects.add(name);
      else this.#claim(name, now);
    }
    this.#suspects.freshTaken();
    return names.length > 0 || this.#suspects.size > 0;
  }

  /**
   * What is more urgent than all that is in hand need not wait until a hand is free: as much
   * again may be taken.
   */
  #urgentNames(limit: number, stepping: number, now: number): EntryName[] {
    const room = 2 * limit - stepping;
    if (limit === 1 || room <= 0) return [];
    return this.#listing.take(room, now, this.#inHand.mostUrgent);
  }

  #claimSuspect(now: number): boolean {
    const suspect = this.#suspects.take();
    this.#alone = suspect !== undefined && this.#claim(suspect, now);
    return true;
  }

  /** True when the entry is in hand now. */
  #claim(name: EntryName, now: number): boolean {
    try {
      const claim = this.#claimer.claim(name, now);
      if (!claim) return false;
      this.#inHand.add(claim, now);
      this.#listing.learn(name, claim.meta.list);
      this.#take(claim, now);
      return true;
    } catch (error) {
      if (error instanceof TransientError) {
        this.#wait(name.id, error, now);
        this.#listing.touch();
      } else this.#fatal ??= error;
      return false;
    }
  }

  /** Runs the step and gives its outcome to the next settle. */
  #take(claim: OpenClaim, now: number): void {
    attempt(this.#parts.step, claim, this.#parts.desk(now))
      .then((outcome) => {
        if ('unready' in outcome) return this.#putBack(claim, outcome.unready);
        this.#gather.add({ claim, outcome });
        return void this.#bell.ring(); // while it waits to be settled there is room for another
      })
      .catch((error: unknown) => this.#die(error));
  }

  #die(error: unknown): void {
    this.#fatal ??= error;
    this.#bell.ring();
  }

  async #conclude(slip: Slip, result: Settled): Promise<void> {
    if (result.kind === 'unready') return await this.#putBack(slip.claim, result.error);
    tellSettled(this.#log, slip, result);
    this.#done += 1;
    this.#patience.regain();
    this.#release(slip.claim);
  }

  #release(claim: OpenClaim): void {
    this.#inHand.delete(claim);
    if (this.#inHand.size === 0) this.#alone = false;
    this.#bell.ring();
  }

  /** The world is not ready: the entry waits where it was, and so do we. */
  async #putBack(claim: OpenClaim, error: unknown): Promise<void> {
    // Another changed meanwhile what this step saw: no trouble, it looks again.
    const isStale = error instanceof StaleView;
    if (!isStale) this.#wait(claim.meta.id, error, this.#parts.now());
    // Trouble of the disk may be that of this one letter: then the others must get their turn.
    const due =
      error instanceof TransientError
        ? claim.name.due
        : this.#parts.now() + (isStale ? staleMs : 0);
    const { priority, id, tries } = claim.name;
    await this.#parts.site.spool.release(claim, due, tries - 1);
    this.#listing.note(priority, waitingName({ due, id, tries: tries - 1 }));
    this.#release(claim);
    this.#parts.changed();
  }

  #wait(entry: string, error: unknown, now: number): void {
    const why = explain(error);
    const waitMs = this.#patience.lose(why, now);
    if (waitMs === undefined) return;
    this.#log.warn({ event: 'waiting', entry, waitMs, why }, 'the world is not ready');
  }
}
