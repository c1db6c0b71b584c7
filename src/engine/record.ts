/**
 * The commit of a step: what is written, and what recovery reads (I4 b).
 *
 * It names the ending of the claim and every put, so recovery carries out what was decided and
 * nothing else: what lies in tmp besides may come from an earlier try that decided otherwise.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { namesIn } from '../ground/disk.ts';
import { errorCode } from '../ground/errors.ts';
import { causeOf } from '../model/entry.ts';
import { entryId, isEntryId } from '../model/ids.ts';
import type { Fate } from '../model/outcome.ts';
import { parkingNames, priorities, type QueueName, queueNames } from '../model/queues.ts';
import { commitSuffix } from '../spool/layout.ts';
import type { Draft, OpenClaim, Spool } from '../spool/spool.ts';
import type { Ledger } from './settle.ts';

const recordSchema = z.object({
  fate: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('finish') }),
    z.object({ kind: z.literal('later'), at: z.number() }),
    z.object({ kind: z.literal('park'), where: z.enum(parkingNames) }),
  ]),
  puts: z.array(
    z.object({
      queue: z.enum(queueNames),
      id: z.pipe(z.string().check(z.refine(isEntryId)), z.transform(entryId)),
      priority: z.literal(priorities),
      due: z.number(),
    }),
  ),
});

/** What a step was committed to. */
export type Committed = Omit<z.infer<typeof recordSchema>, 'puts'> & {
  readonly puts: readonly Draft[];
};

/** How a claim ends. */
export type Ending = Committed['fate'];

/** The text of a commit, for the store or for the disk. */
export function recordOf(fate: Fate, puts: readonly Draft[]): string {
  return JSON.stringify({ fate: endingOf(fate), puts });
}

/** The part of a fate that recovery must know. */
export function endingOf(fate: Fate): Ending {
  if (fate.kind === 'later') return { kind: 'later', at: fate.at };
  if (fate.kind === 'park') return { kind: 'park', where: fate.where };
  return { kind: 'finish' };
}

/**
 * The commit of a step without changes. When it fails, it is certain that it failed. It lies
 * beside the claim, named after the cause: it must never go with an entry to another place.
 */
export async function writeCommit(spool: Spool, claim: OpenClaim, text: string): Promise<void> {
  dropCommit(spool, claim);
  try {
    await spool.disk.write(commitPath(claim), text);
    await spool.disk.syncDir(dirname(claim.folder));
  } catch (error) {
    if (dropCommit(spool, claim)) await spool.disk.syncDir(dirname(claim.folder));
    throw error;
  }
}

/** Removes the commit on disk, when all that it says is done; true when there was one. */
export function dropCommit(spool: Spool, claim: OpenClaim): boolean {
  const path = commitPath(claim);
  if (!existsSync(path)) return false;
  spool.disk.remove(path);
  return true;
}

/** Removes the commits of claims that are gone. */
export function dropOrphans(spool: Spool, queue: QueueName, worker: string): void {
  const folder = spool.paths.claimed(queue, worker);
  for (const name of namesIn(folder)) {
    if (name.endsWith(commitSuffix)) spool.disk.remove(join(folder, name));
  }
}

function commitPath({ folder, meta }: OpenClaim): string {
  return join(dirname(folder), `${causeOf(meta)}${commitSuffix}`);
}

/** What a claim's present step was committed to, undefined when it was not. */
export async function committed(
  ledger: Pick<Ledger, 'settled'>,
  claim: OpenClaim,
): Promise<Committed | undefined> {
  const onDisk = readRecord(commitText(claim));
  if (onDisk) return onDisk;
  const cause = causeOf(claim.meta);
  const text = await ledger.settled(cause);
  if (text === undefined) return undefined;
  const inStore = readRecord(text);
  // Never run again what was committed: who cannot read how it ended must not go on.
  if (!inStore) throw new Error(`the store's record of ${cause} cannot be read: ${text}`);
  return inStore;
}

function commitText(claim: OpenClaim): string {
  try {
    return readFileSync(commitPath(claim), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}

/** A record that was cut off while it was written was no commit: its sync had not returned. */
function readRecord(text: string): Committed | undefined {
  try {
    const parsed = recordSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
