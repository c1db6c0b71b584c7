/**
 * Puts a copy of the database in the place of the present one, so that it fits the spool.
 *
 * The spool says what is still to be done, and it is younger than the copy. Only claims need
 * care: a step that was being settled when work stopped may have been committed in books that
 * are lost. While the present database can still say, claims are recovered with it. When it
 * cannot, what has its commit on disk, and batches, which keep their own progress, are recovered;
 * the rest is shunted, for a person to see whether its puts are there.
 */
import { chmodSync, copyFileSync, existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { exit, explain, UsageError } from '../ground/errors.ts';
import { holdLock } from '../ground/lock.ts';
import type { Log } from '../ground/log.ts';
import { queueNames } from '../model/queues.ts';
import { isFolder } from '../spool/places.ts';
import type { Store } from '../store/store.ts';
import { prove, syncFile } from './copies.ts';
import { handLog, wantSpoolUser } from './hand.ts';
import { isRunning, orphans } from './mending.ts';
import { committed } from './record.ts';
import { recoverClaims } from './recover.ts';
import type { Ledger } from './settle.ts';
import type { Site } from './site.ts';

/** What a restore did. */
export type Restored = {
  /** Where the database from before is kept; undefined when there was none. */
  readonly replaced: string | undefined;
  readonly recovered: number;
  /** Entries of which nobody knows whether their step was committed. */
  readonly shunted: readonly string[];
};

const besides = ['-wal', '-shm', ''] as const;

/** Restores a copy. The suite must be stopped, and cannot be started meanwhile. */
export async function restore(site: Site, copy: string, now: number): Promise<Restored> {
  const { paths, spool } = site;
  wantSpoolUser(spool);
  if (!existsSync(copy)) throw new UsageError(`${copy} is not there`, exit.noInput);
  const lock = await holdLock(paths.var, { exists: true });
  if (lock === 'held') throw stillRuns('the suite');
  try {
    await wantNoWorkers(site);
    const fresh = `${paths.database}.new`;
    removeAll(site, fresh);
    copyFileSync(copy, fresh);
    chmodSync(fresh, 0o660);
    await prove(fresh, now);
    syncFile(fresh);
    const log = handLog(site);
    const claims = await settleClaims(site, log, now);
    // Closed first: a connection removes its log by name when it ends, and that name is taken next.
    await site.close().catch(() => undefined);
    const replaced = setAside(site, now);
    spool.disk.rename(fresh, paths.database);
    await spool.disk.syncDir(dirname(paths.database));
    log.warn({ event: 'restored', copy, replaced, ...claims });
    return { replaced, ...claims };
  } finally {
    lock.release();
  }
}

function stillRuns(who: string): UsageError {
  return new UsageError(`${who} runs; "listmill stop" first`, exit.unavailable);
}

/** Without a master, workers may still be on their way out. */
async function wantNoWorkers({ spool }: Site): Promise<void> {
  for (const queue of queueNames) {
    for (const worker of spool.workers(queue)) {
      const folder = spool.paths.claimed(queue, worker);
      if (isFolder(folder) && (await isRunning(folder))) throw stillRuns(worker);
    }
  }
}

async function settleClaims(
  site: Site,
  log: Log,
  now: number,
): Promise<Pick<Restored, 'recovered' | 'shunted'>> {
  const { spool, config } = site;
  const present = await presentStore(site);
  const ledger = present ?? onlyOnDisk;
  const recovery = {
    spool,
    ledger,
    log,
    now,
    maxTries: config.limits.crashes,
    lastExit: undefined,
    // Whatever ended them, it was more than one letter.
    blameless: true,
  };
  let recovered = 0;
  const shunted: string[] = [];
  for await (const { queue, worker } of orphans(spool)) {
    for (const claim of present ? [] : spool.claims(queue, worker)) {
      const opened = spool.open(claim);
      if ('broken' in opened || opened.meta.work.kind === 'batch') continue;
      if (await committed(ledger, opened)) continue;
      const reason =
        'a copy of the database was restored, and the lost one alone knew whether this step was ' +
        `committed; see what came of it with "listmill queue ls ${claim.name.id}"; if nothing ` +
        'did, requeue this, else delete it';
      await spool.prepareWhy(claim, { at: now, queue, reasons: [reason] });
      await spool.park(claim, 'shunt');
      shunted.push(claim.name.id);
    }
    recovered += await recoverClaims(recovery, queue, queueNames, worker);
  }
  return { recovered, shunted };
}

/** The present database, where it is sound; nobody must rely on what it says otherwise. */
async function presentStore(site: Site): Promise<Store | undefined> {
  try {
    const store = await site.store();
    return (await store.integrity()).length === 0 ? store : undefined;
  } catch (error) {
    handLog(site).warn({ event: 'unreadable', path: site.paths.database, why: explain(error) });
    return undefined;
  }
}

/** Books that know nothing: what was committed says so on disk, or not at all. */
const onlyOnDisk: Ledger = {
  apply: async () => {
    throw new Error('nothing is settled without a database');
  },
  settled: async () => undefined,
};

/** Nothing is thrown away: the database from before is kept under another name. */
function setAside({ paths: { database }, spool }: Site, now: number): string | undefined {
  if (!existsSync(database)) return undefined;
  const stamp = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  for (const more of besides) {
    const path = `${database}${more}`;
    if (existsSync(path)) spool.disk.rename(path, `${database}.replaced-${stamp}${more}`);
  }
  return join(dirname(database), `${basename(database)}.replaced-${stamp}`);
}

function removeAll({ spool }: Site, path: string): void {
  for (const more of besides) {
    if (existsSync(`${path}${more}`)) spool.disk.remove(`${path}${more}`);
  }
}
