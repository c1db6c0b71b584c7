/**
 * What a worker does first: its predecessor's claims (I3, I4, I6).
 *
 * A step that was committed is completed; one that was not is forgotten and its entry put back
 * to be run again, or shunted when it has ended its worker too often. Progress made since the
 * claim speaks for the entry: then its tries begin anew.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn, removeTree } from '../ground/disk.ts';
import type { Log } from '../ground/log.ts';
import type { QueueName } from '../model/queues.ts';
import { nextFile, progressFile, whyFile } from '../spool/layout.ts';
import { ProgressLog, readProgress } from '../spool/progress.ts';
import type { Claim, OpenClaim, Spool } from '../spool/spool.ts';
import { letGo, publishAll } from './hand-on.ts';
import { committed, dropCommits } from './record.ts';
import { type Ledger, removeDrafts } from './settle.ts';

export type Recovery = {
  readonly spool: Spool;
  readonly ledger: Ledger;
  readonly log: Log;
  readonly now: number;
  /** Tries after which an entry is shunted (`limits.crashes`). */
  readonly maxTries: number;
  /** How the predecessor ended, for the shunted. */
  readonly lastExit: string | undefined;
  /** The predecessor ended because disk or store failed: that speaks against no entry. */
  readonly blameless?: boolean;
};

/** Recovers all claims of a worker; `writes` are the queues that its steps may have put into. */
export async function recoverClaims(
  recovery: Recovery,
  queue: QueueName,
  writes: readonly QueueName[],
  worker: string,
): Promise<number> {
  const { spool } = recovery;
  // A removal that was cut off is finished; whose it was does not matter.
  for (const name of namesIn(spool.paths.tmp(queue))) {
    if (name.endsWith('.gone')) removeTree(spool.disk, join(spool.paths.tmp(queue), name));
  }
  const claims = spool.claims(queue, worker);
  for (const claim of claims) {
    const opened = spool.open(claim);
    if ('broken' in opened) await parkBroken(recovery, claim, opened.broken);
    else await recoverClaim(recovery, opened, writes);
  }
  dropCommits(spool, queue, worker);
  return claims.length;
}

async function recoverClaim(
  recovery: Recovery,
  claim: OpenClaim,
  writes: readonly QueueName[],
): Promise<void> {
  const { spool, ledger, log, lastExit } = recovery;
  const told = { entry: claim.meta.id, list: claim.meta.list, queue: claim.queue };
  const commit = await committed(ledger, claim);
  if (commit) await publishAll(spool, commit.puts);
  // What is left in tmp now was not committed.
  const its = claim.meta.work.kind === 'bundle' ? [claim.queue] : writes;
  for (const queue of its) removeDrafts(spool, claim, queue);
  if (commit) {
    await letGo(spool, claim, commit.fate);
    log.info({ event: 'recovered', ...told, fate: commit.fate.kind }, 'completed a committed step');
    return;
  }
  discardPrepared(spool, claim);
  const moved = existsSync(join(claim.folder, progressFile)) && readProgress(claim.folder, 0).moved;
  const { tries } = claim.name;
  if (!moved && tries >= recovery.maxTries && !recovery.blameless) {
    const reason = `its worker ended ${tries} times while it worked on this entry`;
    const reasons = [reason, `the last time by ${lastExit ?? 'an unknown cause'}`];
    await spool.prepareWhy(claim, { at: recovery.now, queue: claim.queue, reasons });
    await spool.park(claim, 'shunt');
    log.error({ event: 'shunted', ...told, why: reasons }, 'shunted a poison entry');
    return;
  }
  // From now on it is the next claim's progress that counts.
  if (moved) new ProgressLog(spool.disk, claim.folder, 0).close();
  const counted = moved ? 0 : recovery.blameless ? Math.max(0, tries - 1) : tries;
  await spool.release(claim, claim.meta.due, counted);
  log.info({ event: 'recovered', ...told, fate: 'again', tries: counted }, 'put a claim back');
}

/** Removes what a step prepared in its claim and did not commit. */
function discardPrepared(spool: Spool, claim: OpenClaim): void {
  for (const name of [nextFile, whyFile]) {
    const path = join(claim.folder, name);
    if (existsSync(path)) spool.disk.remove(path);
  }
}

/** What cannot be understood is parked whole, with the reason (I12). */
export async function parkBroken(
  recovery: Pick<Recovery, 'spool' | 'log' | 'now'>,
  claim: Claim,
  reason: string,
): Promise<void> {
  const { spool, log, now } = recovery;
  await spool.prepareWhy(claim, { at: now, queue: claim.queue, reasons: [reason] });
  await spool.park(claim, 'bad');
  log.error(
    { event: 'bad', entry: claim.name.id, queue: claim.queue, why: reason },
    'parked as bad',
  );
}
