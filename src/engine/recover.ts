/**
 * What a worker does first: its predecessor's claims (I3, I4, I6).
 *
 * A step that was committed is completed; one that was not is forgotten and its entry put back
 * to be run again, or shunted when it has ended its worker too often. Progress made since the
 * claim speaks for the entry: then its tries begin anew.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn, removeTree } from '../ground/disk.ts';
import type { Log } from '../ground/log.ts';
import { parseMeta } from '../model/entry.ts';
import type { EntryId } from '../model/ids.ts';
import type { QueueName } from '../model/queues.ts';
import { commitFile, metaFile, progressFile } from '../spool/layout.ts';
import { readProgress } from '../spool/progress.ts';
import type { Claim, OpenClaim, Spool } from '../spool/spool.ts';
import { committed, type Ledger, letGo, removeDrafts } from './settle.ts';

export type Recovery = {
  readonly spool: Spool;
  readonly ledger: Ledger;
  readonly log: Log;
  readonly now: number;
  /** Tries after which an entry is shunted (`limits.crashes`). */
  readonly maxTries: number;
  /** How the predecessor ended, for the shunted. */
  readonly lastExit: string | undefined;
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
  return claims.length;
}

async function recoverClaim(
  recovery: Recovery,
  claim: OpenClaim,
  writes: readonly QueueName[],
): Promise<void> {
  const { spool, ledger, log, lastExit } = recovery;
  const ending = await committed(ledger, claim);
  const told = { entry: claim.meta.id, list: claim.meta.list, queue: claim.queue };
  if (ending) {
    for (const queue of writes) await publishDrafts(spool, claim, queue);
    await letGo(spool, claim, ending);
    log.info({ event: 'recovered', ...told, fate: ending.kind }, 'completed a committed step');
    return;
  }
  for (const queue of writes) removeDrafts(spool, claim, queue);
  const path = join(claim.folder, commitFile);
  if (existsSync(path)) spool.disk.remove(path);
  const moved = existsSync(join(claim.folder, progressFile)) && readProgress(claim.folder, 0).moved;
  const { tries } = claim.name;
  if (!moved && tries >= recovery.maxTries) {
    const reason = `its worker ended ${tries} times while it worked on this entry`;
    const reasons = [reason, `the last time by ${lastExit ?? 'an unknown cause'}`];
    await spool.prepareWhy(claim, { at: recovery.now, queue: claim.queue, reasons });
    await spool.park(claim, 'shunt');
    log.error({ event: 'shunted', ...told, why: reasons }, 'shunted a poison entry');
    return;
  }
  await spool.release(claim, claim.meta.due, moved ? 0 : tries);
  log.info({ event: 'recovered', ...told, fate: 'again', tries }, 'put a claim back');
}

async function publishDrafts(spool: Spool, claim: OpenClaim, queue: QueueName): Promise<void> {
  for (const id of spool.draftsOf(queue, claim.meta.id)) {
    const meta = draftMeta(spool, queue, id);
    spool.publish(queue, id, meta.priority, meta.due);
    await spool.disk.syncDir(spool.paths.new(queue, meta.priority));
  }
}

function draftMeta(spool: Spool, queue: QueueName, id: EntryId) {
  const file = join(spool.paths.tmp(queue), id, metaFile);
  const parsed = parseMeta(readFileSync(file));
  // It was synced before the commit: when it cannot be read the disk itself is damaged.
  if (parsed.kind === 'broken') throw new Error(`${file} was committed, but ${parsed.reason}`);
  return parsed.meta;
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
