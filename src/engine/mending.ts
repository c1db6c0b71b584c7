/** What maintenance mends in a spool while runners work: each thing is safe to do at any time. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { removeTree } from '../ground/disk.ts';
import { errorCode, explain } from '../ground/errors.ts';
import { holdLock, isHeld } from '../ground/lock.ts';
import type { Log } from '../ground/log.ts';
import { freshWord } from '../ground/secret.ts';
import { causeIdOf } from '../model/ids.ts';
import { type QueueName, queueNames } from '../model/queues.ts';
import { changedAt } from '../spool/check.ts';
import { whyFile } from '../spool/layout.ts';
import { claimedIn, isFolder } from '../spool/places.ts';
import type { Spool } from '../spool/spool.ts';
import { handPrefix, removeIfEmpty } from './hand.ts';
import { recoverClaims } from './recover.ts';
import type { Site } from './site.ts';

/**
 * Removes a draft or a cut-off removal that was last touched before `before`; false when it is
 * still wanted. The puts of a committed step wait in tmp for as long as its worker is down: what
 * has a claim for a parent is never removed, however old.
 */
export function removeLeftover(
  spool: Spool,
  queue: QueueName,
  name: string,
  before: number,
): boolean {
  const path = join(spool.paths.tmp(queue), name);
  if (!name.endsWith('.gone') && isClaimed(spool, causeIdOf(name))) return false;
  const changed = changedAt(path);
  if (changed === undefined || changed >= before) return false;
  const gone = name.endsWith('.gone') ? path : `${path}.gone`;
  try {
    if (gone !== path) spool.disk.rename(path, gone);
    if (isFolder(gone)) removeTree(spool.disk, gone);
    else spool.disk.remove(gone);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function isClaimed(spool: Spool, id: string | undefined): boolean {
  if (id === undefined) return false;
  return queueNames.some((queue) => [...claimedIn(spool, queue)].some((place) => place.id === id));
}

/** A worker's folder with claims in it, and nobody who works on them. */
export type Orphan = {
  readonly queue: QueueName;
  readonly worker: string;
  readonly claims: number;
};

/** The claims of workers that do not run now; `idle` folders without claims are not looked at. */
export async function* orphans(spool: Spool): AsyncGenerator<Orphan> {
  for (const queue of queueNames) {
    for (const worker of spool.workers(queue)) {
      const folder = spool.paths.claimed(queue, worker);
      if (!isFolder(folder)) continue;
      if (spool.claims(queue, worker).length === 0 || (await isRunning(folder))) continue;
      const claims = spool.claims(queue, worker).length;
      if (claims > 0) yield { queue, worker, claims };
    }
  }
}

/** Whether a worker holds its folder of claims. */
export async function isRunning(folder: string): Promise<boolean> {
  try {
    return await isHeld(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Recovers an orphan's claims, under its lock, as its successor would; how many there were. */
export async function recoverOrphan(
  site: Site,
  log: Log,
  { queue, worker }: Pick<Orphan, 'queue' | 'worker'>,
  now: number,
): Promise<number | 'running'> {
  const { spool, config } = site;
  const folder = spool.paths.claimed(queue, worker);
  const lock = await holdLock(folder, { exists: true });
  if (lock === 'held') return 'running';
  try {
    const recovery = {
      spool,
      ledger: await site.store(),
      log,
      now,
      maxTries: config.limits.crashes,
      lastExit: undefined,
      // Whoever is stopped in the middle of an order was not ended by the letter in his hand.
      blameless: worker.startsWith(handPrefix),
    };
    const count = await recoverClaims(recovery, queue, queueNames, worker);
    spool.litter.sweep();
    if (worker.startsWith(handPrefix)) removeIfEmpty(spool, folder);
    return count;
  } finally {
    lock.release();
  }
}

/** Moves what is none of ours to bad, whole, where `bad show` finds it; gives its new name. */
export async function setAside(
  spool: Spool,
  path: string,
  queue: QueueName,
  reason: string,
  now: number,
): Promise<string | undefined> {
  const parking = spool.paths.parking('bad', queue);
  const id = `stray-${freshWord()}`;
  const place = join(parking, id);
  try {
    if (isFolder(path)) spool.disk.rename(path, place);
    else {
      spool.disk.makeDir(place);
      spool.disk.rename(path, join(place, 'stray'));
    }
  } catch (error) {
    if (existsSync(place)) removeIfEmpty(spool, place);
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new Error(`cannot set ${path} aside: ${explain(error)}`, { cause: error });
  }
  await writeWhy(spool, place, queue, reason, now);
  await spool.disk.syncDir(parking);
  return id;
}

/** Says why something is parked, where nothing did. */
export async function writeWhy(
  spool: Spool,
  folder: string,
  queue: QueueName,
  reason: string,
  now: number,
): Promise<void> {
  const path = join(folder, whyFile);
  if (existsSync(path)) spool.disk.remove(path);
  await spool.disk.write(path, `${JSON.stringify({ at: now, queue, reasons: [reason] })}\n`);
  await spool.disk.syncDir(folder);
}
