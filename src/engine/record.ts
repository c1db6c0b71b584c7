/**
 * The commit of a step: what is written, and what recovery reads (I4 b).
 *
 * It names the ending of the claim and every put, so recovery carries out what was decided and
 * nothing else: what lies in tmp besides may come from an earlier try that decided otherwise.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { errorCode } from '../ground/errors.ts';
import { causeOf } from '../model/entry.ts';
import { entryId, isEntryId } from '../model/ids.ts';
import type { Fate } from '../model/outcome.ts';
import { parkingNames, priorities, type QueueName, queueNames } from '../model/queues.ts';
import { commitFile } from '../spool/layout.ts';
import type { Draft, OpenClaim, Spool } from '../spool/spool.ts';
import type { Ledger } from './settle.ts';

const draftSchema = z.object({
  queue: z.enum(queueNames),
  id: z.pipe(z.string().check(z.refine(isEntryId)), z.transform(entryId)),
  priority: z.literal(priorities),
  due: z.number(),
});

const recordSchema = z.object({
  fate: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('finish') }),
    z.object({ kind: z.literal('later'), at: z.number() }),
    z.object({ kind: z.literal('park'), where: z.enum(parkingNames) }),
    /** It goes on itself, as this put. */
    z.object({ kind: z.literal('pass'), to: draftSchema }),
  ]),
  puts: z.array(draftSchema),
});

/** What a step was committed to. */
export type Committed = Omit<z.infer<typeof recordSchema>, 'puts'> & {
  readonly puts: readonly Draft[];
};

/** How a claim ends. */
export type Ending = Committed['fate'];

/** The text of a commit, for the store or for the disk. */
export function recordOf(ending: Ending, puts: readonly Draft[]): string {
  return JSON.stringify({ fate: ending, puts });
}

/** The part of a fate that recovery must know; `pass` is what the entry itself goes on as. */
export function endingOf(fate: Fate, pass?: Draft): Ending {
  if (pass) return { kind: 'pass', to: pass };
  if (fate.kind === 'later') return { kind: 'later', at: fate.at };
  if (fate.kind === 'park') return { kind: 'park', where: fate.where };
  return { kind: 'finish' };
}

/**
 * The commits of steps without changes that are settled together: one file beside their claims,
 * a line each. It takes the place of the group before it, whose claims are gone for good: the
 * folder has been synced since they were let go. Gives the trouble when it certainly failed, and
 * rejects when that is not certain.
 */
export async function writeCommits(
  { disk }: Spool,
  commits: readonly { readonly claim: OpenClaim; readonly text: string }[],
): Promise<{ readonly trouble: unknown } | undefined> {
  const [first] = commits;
  if (!first) return undefined;
  const path = commitPath(first.claim);
  const isNew = !existsSync(path);
  const lines = commits.map(({ claim, text }) => `${causeOf(claim.meta)} ${text}\n`).join('');
  try {
    await disk.append(path, 0, (write) => write(Buffer.from(lines)));
    if (isNew) await disk.syncDir(dirname(path));
    return undefined;
  } catch (trouble) {
    if (existsSync(path)) await disk.append(path, 0, async () => undefined);
    return { trouble };
  }
}

/** Removes the commits on disk when no claim is left that they might speak of. */
export function dropCommits(spool: Spool, queue: QueueName, worker: string): void {
  const path = join(spool.paths.claimed(queue, worker), commitFile);
  if (existsSync(path) && spool.claims(queue, worker).length === 0) spool.disk.remove(path);
}

function commitPath({ folder }: OpenClaim): string {
  return join(dirname(folder), commitFile);
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
  const begins = `${causeOf(claim.meta)} `;
  try {
    const lines = readFileSync(commitPath(claim), 'utf8').split('\n');
    return lines.find((line) => line.startsWith(begins))?.slice(begins.length) ?? '';
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
