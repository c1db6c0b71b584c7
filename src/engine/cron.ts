/** Carries out tasks of maintenance: one of a kind at a time, beside running mail. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { packVolume } from '../archive/pack.ts';
import { explain, isPassing, unreachable } from '../ground/errors.ts';
import { holdLock } from '../ground/lock.ts';
import type { Chore, ClaimFolder, Task } from '../model/task.ts';
import type { Store } from '../store/store.ts';
import { remove } from './by-hand.ts';
import { copyStore, forgetLedger, forgetSettled, removeCopy } from './copies.ts';
import { bounceRound } from './cron-bounces.ts';
import { forgetDigests, turnDigest } from './cron-digests.ts';
import { expireHeld, freeHeld, tellHeld, throwAway } from './cron-held.ts';
import { tellUndecided } from './cron-requests.ts';
import { wordsOf } from './cron-words.ts';
import { Hand, removeIfEmpty } from './hand.ts';
import { houseOf } from './house.ts';
import { recoverOrphan, removeLeftover } from './mending.ts';
import { dropCommits } from './record.ts';
import type { Site } from './site.ts';

/** What came of a task. */
export type TaskReport =
  /** Another process is at it. */
  | { readonly kind: 'busy' }
  | {
      readonly kind: 'done';
      /** What was done, or would be, in a few words. */
      readonly text: string;
      readonly failed: number;
    };

export type TaskOrder = {
  readonly now: number;
  readonly dryRun: boolean;
  /** Told each chore of a dry run, and each one that failed. */
  readonly remark: (text: string) => Promise<void>;
};

/** Runs a task; chores that fail are told and do not stop the others. */
export async function runTask(site: Site, task: Task, order: TaskOrder): Promise<TaskReport> {
  mkdirSync(site.paths.run, { recursive: true, mode: 0o770 });
  const lock = await holdLock(join(site.paths.run, `cron-${task.name}.lock`));
  if (lock === 'held') return { kind: 'busy' };
  try {
    await using hand = new Hand(site);
    return await carryOut(site, hand, task, order);
  } finally {
    lock.release();
  }
}

async function carryOut(
  site: Site,
  hand: Hand,
  task: Task,
  { now, dryRun, remark }: TaskOrder,
): Promise<TaskReport> {
  const counts = new Map<string, number>();
  let failed = 0;
  for await (const chore of task.plan(houseOf(site, now))) {
    const words = wordsOf(chore);
    if (dryRun) {
      await remark(`would ${words.will}`);
      count(counts, '# things to do', 1);
      continue;
    }
    try {
      count(counts, words.did, await perform(site, hand, chore, now));
    } catch (error) {
      failed += 1;
      await remark(`could not ${words.will}: ${explain(error)}`);
      hand.log.error({ event: 'cron-failed', task: task.name, chore, why: explain(error) });
      // What the disk or the store cannot do for one it cannot do for the next.
      if (isPassing(error) || chore.kind === 'check-store') break;
    }
  }
  const text = [...counts].map(([did, n]) => did.replace('#', String(n))).join(', ');
  const told = text === '' ? 'nothing to do' : text;
  if (!dryRun) hand.log.info({ event: 'cron', task: task.name, done: told, failed });
  return { kind: 'done', text: told, failed };
}

function count(counts: Map<string, number>, did: string, more: number): void {
  if (more > 0) counts.set(did, (counts.get(did) ?? 0) + more);
}

/** Does one chore; the number of things that it was about. */
async function perform(site: Site, hand: Hand, chore: Chore, now: number): Promise<number> {
  const { spool } = site;
  switch (chore.kind) {
    case 'remove-leftover': {
      const { queue, name } = chore.leftover;
      return removeLeftover(spool, queue, name, chore.before) ? 1 : 0;
    }
    case 'delete-parked': {
      const { where, queue, id } = chore.entry;
      if (await throwAway(site, chore.entry, now)) return 1;
      const folder = join(spool.paths.parking(where, queue), id);
      const dealt = await remove(hand, spool, { kind: 'parked', where, queue, id, folder }, now);
      return dealt.ok ? 1 : 0;
    }
    case 'recover-claims': {
      const recovered = await recoverOrphan(site, hand.log, chore.folder, now);
      return recovered === 'running' ? 0 : recovered;
    }
    case 'remove-folder':
      return (await removeFolder(site, chore.folder)) ? 1 : 0;
    case 'forget-settled':
      return forgetSettled(site, chore.before);
    case 'forget-history':
      return await forgetHistory(await site.store(), chore.before, now);
    case 'forget-ledger':
      return await forgetLedger(site, chore.before);
    case 'bounce-round':
      return await bounceRound(site, hand, chore.list, now);
    case 'free-held':
      return await freeHeld(site, chore.entry, now);
    case 'expire-held':
      return await expireHeld(site, chore.list, chore.entry, chore.decision, now);
    case 'tell-held':
      return await tellHeld(site, chore.list, now);
    case 'forget-bounces':
      return await (await site.store()).bounces.prune(chore.before);
    case 'tell-undecided':
      return await tellUndecided(site, chore.which, now);
    case 'pack-volume': {
      const packed = await packVolume(site.paths.archive, spool.disk, chore);
      return packed ? 1 : 0;
    }
    case 'forget-overdue':
      return await (await site.store()).people.forgetOverdue(now);
    case 'turn-digest':
      return await turnDigest(site, chore.stream, 'due', now);
    case 'forget-digests':
      return await forgetDigests(site, chore.before, now);
    case 'check-store': {
      const faults = await (await site.store()).integrity();
      if (faults.length === 0) return 1;
      throw new Error(`${faults.slice(0, 5).join('; ')}; restore a copy with "listmill restore"`);
    }
    case 'optimise-store':
      await (await site.store()).optimise();
      return 1;
    case 'copy-store':
      await copyStore(site, chore.name, now);
      return 1;
    case 'remove-copy':
      return removeCopy(site, chore.name) ? 1 : 0;
    default:
      return unreachable(chore);
  }
}

/** No setting knows a Message-ID again that is older. */
const seenMs = 366 * 86_400_000;

async function forgetHistory(store: Store, before: number, now: number): Promise<number> {
  return (await store.pruneHistory(before)) + (await store.rules.prune(now - seenMs, now));
}

/** Under its lock, so that a worker which starts just now makes its folder anew. */
async function removeFolder({ spool }: Site, { queue, worker }: ClaimFolder): Promise<boolean> {
  const folder = spool.paths.claimed(queue, worker);
  const lock = await holdLock(folder, { exists: true });
  if (lock === 'held') return false;
  try {
    dropCommits(spool, queue, worker);
    return removeIfEmpty(spool, folder);
  } finally {
    lock.release();
  }
}
