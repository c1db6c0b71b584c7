/**
 * A person's hand in the queues, while runners work.
 *
 * It takes an entry as a worker does: by one rename into a folder of its own, which it locks. So
 * an entry in work is never touched, two hands never act on one entry, and what becomes of it is
 * settled by the same code as a runner's outcome. What a hand that was killed leaves is a claim
 * without a worker: `spool check --repair` and `cron clean` recover it like any other.
 */
import { existsSync, statSync } from 'node:fs';
import { userId, userName } from '../ground/environment.ts';
import { errorCode, exit, UsageError } from '../ground/errors.ts';
import { holdLock, type Lock } from '../ground/lock.ts';
import { type Log, openLog, silentLog } from '../ground/log.ts';
import { freshWord } from '../ground/secret.ts';
import { entryId } from '../model/ids.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Priority, QueueName } from '../model/queues.ts';
import { claimAs, claimParked, readPlace } from '../spool/parked.ts';
import { type Place, waitingIn } from '../spool/places.ts';
import type { Claim, OpenClaim, Spool } from '../spool/spool.ts';
import { dropCommits } from './record.ts';
import { parkBroken } from './recover.ts';
import { type Ledger, settle } from './settle.ts';
import { hideOf, type Site } from './site.ts';
import { unbundle } from './unbundle.ts';

/** What came of reaching for an entry. */
export type Taken =
  | { readonly kind: 'taken'; readonly claim: OpenClaim }
  | { readonly kind: 'in-work'; readonly worker: string }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'gone' };

/** Workers' folders with this in front are hands': their claims were not in work. */
export const handPrefix = 'hand-';

type Waiting = Extract<Place, { kind: 'waiting' }>;

/** Takes entries, settles them, and tidies up after itself. */
export class Hand implements AsyncDisposable {
  readonly log: Log;
  readonly #site: Site;
  readonly #worker = `${handPrefix}${freshWord()}`;
  /** Begun at the first entry of a queue; those that come meanwhile wait for the same. */
  readonly #locks = new Map<QueueName, Promise<Lock>>();

  constructor(site: Site) {
    wantSpoolUser(site.spool);
    this.#site = site;
    this.log = handLog(site);
  }

  /** Takes the entry at a place; it is this hand's until it is settled or put back. */
  async take(place: Place): Promise<Taken> {
    if (place.kind === 'claimed') return { kind: 'in-work', worker: place.worker };
    if (place.kind === 'waiting' && place.bundle !== undefined) return await this.#takeOut(place);
    const read = readPlace(place);
    if (read.kind !== 'entry') return read;
    const { spool } = this.#site;
    const name = place.kind === 'waiting' ? place.name : { ...noName, id: read.meta.id };
    const looked = spool.open({ queue: place.queue, worker: '', name, folder: place.folder });
    if ('broken' in looked) {
      if (!existsSync(place.folder)) return { kind: 'gone' };
      return { kind: 'broken', reason: looked.broken };
    }
    await this.#ensureFolder(place.queue);
    if (place.kind === 'parked') {
      const claim = claimParked(spool, this.#worker, place, read.meta);
      return claim ? { kind: 'taken', claim: await this.#anew(place, claim) } : { kind: 'gone' };
    }
    const claim = spool.claim(place.queue, this.#worker, place.name);
    if (!claim) return { kind: 'gone' };
    const opened = spool.open(claim);
    if (!('broken' in opened)) return { kind: 'taken', claim: opened };
    await this.putBack(place, claim);
    return { kind: 'broken', reason: opened.broken };
  }

  /** Of a bundle all letters are taken out first, as its runner would: then each can be taken. */
  async #takeOut({ bundle, ...place }: Waiting): Promise<Taken> {
    const id = bundle ?? place.name.id;
    const whole = { ...place, id, name: { ...place.name, id } };
    const taken = await this.take(whole);
    if (taken.kind === 'taken') {
      const { claim } = taken;
      const { work, due } = claim.meta;
      if (work.kind !== 'bundle') throw new Error(`${id} is no bundle`);
      await this.settle(whole, claim, await unbundle(claim, work), due);
    } else if (taken.kind !== 'gone') return taken;
    for (const letter of waitingIn(this.#site.spool, place.queue)) {
      if (letter.id === place.id) return await this.take(letter);
    }
    return { kind: 'gone' };
  }

  /**
   * Begins a new round: the step that parked the entry may have left its record, and what is
   * settled now must not be taken for it.
   */
  async #anew(place: Place, claim: OpenClaim): Promise<OpenClaim> {
    const { spool } = this.#site;
    const meta = { ...claim.meta, round: claim.meta.round + 1 };
    try {
      await spool.prepareNext(claim, meta);
      await spool.swapNext(claim);
      return { ...claim, meta };
    } catch (error) {
      await this.putBack(place, claim);
      throw error;
    }
  }

  /** Carries out what was decided; when that cannot be now, the entry is where it was. */
  async settle(place: Place, claim: OpenClaim, outcome: Outcome, now: number): Promise<void> {
    const { spool } = this.#site;
    const [result] = await settle(spool, this.#ledger(), [{ claim, outcome }], now);
    if (result?.kind === 'settled') {
      if (result.fate.kind !== 'park' || outcome.fate.kind === 'park') return;
      throw new UsageError(`${claim.meta.id}: ${result.fate.why.join('; ')}`, exit.failure);
    }
    await this.putBack(place, claim);
    throw result?.error ?? new Error('the settle gave no answer');
  }

  /** To where it was, as it was. */
  async putBack(place: Place, claim: Claim): Promise<void> {
    const { spool } = this.#site;
    if (place.kind === 'parked') await spool.park(claim, place.where);
    else await spool.release(claim, claim.name.due, claim.name.tries - 1);
  }

  /** Parks what is no entry as bad, with the reason; false when another was faster. */
  async setBroken(place: Place, reason: string, now: number): Promise<boolean> {
    const { spool } = this.#site;
    if (place.kind === 'claimed') return false;
    await this.#ensureFolder(place.queue);
    const claim =
      place.kind === 'waiting'
        ? spool.claim(place.queue, this.#worker, place.name)
        : claimAs(spool, this.#worker, place, { ...noName, id: entryId(place.id) });
    if (!claim) return false;
    await parkBroken({ spool, log: this.log, now }, claim, reason);
    return true;
  }

  /** Moves a waiting entry to the folder of its own priority. */
  async rightPlace(place: Place, priority: Priority): Promise<boolean> {
    const taken = await this.take(place);
    if (taken.kind !== 'taken') return false;
    const { claim } = taken;
    const name = { ...claim.name, priority };
    await this.#site.spool.release({ ...claim, name }, name.due, name.tries - 1);
    return true;
  }

  /** The store is opened only for what has changes: mail can be moved without it. */
  #ledger(): Ledger {
    const site = this.#site;
    return {
      apply: async (slips, now) => (await site.store()).apply(slips, now),
      settled: async (cause) => (await site.store()).settled(cause),
    };
  }

  async #ensureFolder(queue: QueueName): Promise<void> {
    const known = this.#locks.get(queue) ?? this.#lockFolder(queue);
    this.#locks.set(queue, known);
    await known;
  }

  async #lockFolder(queue: QueueName): Promise<Lock> {
    const { spool } = this.#site;
    await spool.ensureWorker(queue, this.#worker);
    const lock = await holdLock(spool.paths.claimed(queue, this.#worker), { exists: true });
    if (lock === 'held') throw new Error(`another process uses ${this.#worker}`);
    return lock;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { spool } = this.#site;
    const locks = await Promise.allSettled(this.#locks.values());
    try {
      spool.litter.sweep();
      for (const queue of this.#locks.keys()) {
        dropCommits(spool, queue, this.#worker);
        removeIfEmpty(spool, spool.paths.claimed(queue, this.#worker));
      }
    } finally {
      for (const lock of locks) if (lock.status === 'fulfilled') lock.value.release();
      this.#locks.clear();
    }
  }
}

/** A place in no queue: the name that a parked entry has until it is taken. */
const noName = { priority: 0, due: 0, tries: 0 } as const;

/** Removes a folder if nothing is in it: what was left there is for recovery. */
export function removeIfEmpty(spool: Spool, folder: string): boolean {
  try {
    spool.disk.removeDir(folder);
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOENT') return false;
    throw error;
  }
}

/** The site's log, for what people do; not where it is standard error, which is theirs. */
export function handLog(site: Site): Log {
  const { paths, config } = site;
  return paths.log === 'stderr'
    ? silentLog
    : openLog(paths.log, config.log.level, `cli:${userName()}`, hideOf(config, paths)).log;
}

/** Root's files could not be opened by the suite afterwards: the letters would be stuck. */
export function wantSpoolUser({ paths }: Spool): void {
  const owner = statSync(paths.root).uid;
  if (userId() !== 0 || owner === 0) return;
  throw new UsageError(
    `root's files in ${paths.root} would be closed to the suite; run this as its owner: ` +
      `sudo -u '#${owner}' listmill ...`,
    exit.noPerm,
  );
}
