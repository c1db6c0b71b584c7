/**
 * Carries out outcomes: the file to distrust first (I4).
 *
 *   (a) prepare   every put is written into its queue's tmp, named after its cause; next.json
 *                 ("later") or why.json ("park") is written into the claim; all is synced, and
 *                 so are the claim's own name and the names in tmp
 *   (b) commit    one store transaction applies the changes and records the step (id.round);
 *                 without changes, but with puts, a synced commit.json in the claim
 *   (c) hand on   the puts are renamed into new, which is synced
 *   (d) let go    the claim is removed, put back or parked
 *
 * Cut before (b): nothing was committed; recovery removes what was prepared, and the step is run
 * again. Cut after (b): recovery does (c) for what is still in tmp, and (d). An outcome without
 * puts and changes has no commit record: its one rename in (d) is the commit.
 *
 * Outcomes that are ready together are settled together: they share transaction and syncs, and
 * each of them is still committed or not on its own.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { removeTree } from '../ground/disk.ts';
import { errorCode, explain, isPassing, unreachable } from '../ground/errors.ts';
import type { Change } from '../model/change.ts';
import { causeOf, type EntryMeta } from '../model/entry.ts';
import type { Fate, Outcome } from '../model/outcome.ts';
import { park } from '../model/outcome.ts';
import { parkingNames, type QueueName } from '../model/queues.ts';
import { commitFile } from '../spool/layout.ts';
import type { OpenClaim, Spool } from '../spool/spool.ts';
import { type Prepared, preparePut } from './write.ts';

/** What the store must be able to do for a settle. */
export type Ledger = {
  apply(
    slips: readonly { cause: string; changes: readonly Change[]; fate: string }[],
    now: number,
  ): Promise<readonly Applied[]>;
  settled(cause: string): Promise<string | undefined>;
};

export type Applied =
  | { readonly kind: 'applied'; readonly facts: readonly Fact[] }
  | { readonly kind: 'already'; readonly fate: string }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Something that became true with a commit and that the log should tell. */
export type Fact = { readonly kind: string; readonly [key: string]: unknown };

/** One step's outcome, to be carried out. */
export type Slip = { readonly claim: OpenClaim; readonly outcome: Outcome };

/** What came of a slip. */
export type Settled =
  | { readonly kind: 'settled'; readonly fate: Fate; readonly facts: readonly Fact[] }
  /** Nothing was done: the world is not ready. */
  | { readonly kind: 'unready'; readonly error: unknown };

/** How a claim ends, as it is recorded at the commit. */
const recordSchema = z.object({
  round: z.number(),
  fate: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('finish') }),
    z.object({ kind: z.literal('later'), at: z.number() }),
    z.object({ kind: z.literal('park'), where: z.enum(parkingNames) }),
  ]),
});
type Ending = z.infer<typeof recordSchema>['fate'];

type Step = Slip & {
  readonly puts: Prepared[];
  /** Where puts were begun, completed or not. */
  readonly queues: Set<QueueName>;
  trouble?: unknown;
};

/** Settles slips of one queue together; each result stands at the place of its slip. */
export async function settle(
  spool: Spool,
  ledger: Ledger,
  slips: readonly Slip[],
  now: number,
): Promise<readonly Settled[]> {
  const steps: Step[] = slips.map((slip) => ({ ...slip, puts: [], queues: new Set() }));
  await Promise.all(steps.map((step) => prepare(spool, step, now)));
  for (const step of steps) if (step.trouble !== undefined) withdraw(spool, step);
  const ready = steps.filter((step) => step.trouble === undefined);
  await syncPrepared(spool, ready);
  const results = await commit(spool, ledger, ready, now);
  const done = ready.filter((step) => results.get(step)?.kind === 'settled');
  await handOn(spool, done);
  await Promise.all(done.map((step) => letGo(spool, step.claim, endingOf(step.outcome.fate))));
  return await Promise.all(
    steps.map(async (step) => results.get(step) ?? (await unsettled(spool, step, now))),
  );
}

async function prepare(spool: Spool, step: Step, now: number): Promise<void> {
  const { claim, outcome } = step;
  try {
    for await (const letter of outcome.puts ?? []) {
      step.queues.add(letter.queue);
      step.puts.push(await preparePut(spool, claim, letter, now));
    }
    const { fate } = outcome;
    if (fate.kind === 'later') await spool.prepareNext(claim, nextMeta(claim.meta, fate));
    if (fate.kind === 'park') {
      await spool.prepareWhy(claim, { at: now, queue: claim.queue, reasons: fate.why });
    }
  } catch (error) {
    step.trouble = error;
  }
}

function nextMeta(meta: EntryMeta, fate: Extract<Fate, { kind: 'later' }>): EntryMeta {
  return {
    ...meta,
    due: fate.at,
    round: meta.round + 1,
    attempts: fate.attempts ?? meta.attempts,
    work: fate.work ?? meta.work,
  };
}

/** Takes back what was prepared for a step that will not be committed. */
function withdraw(spool: Spool, step: Step): void {
  for (const queue of step.queues) removeDrafts(spool, step.claim, queue);
}

/** Removes all puts that a claim has prepared for a queue. */
export function removeDrafts(spool: Spool, claim: OpenClaim, queue: QueueName): void {
  for (const id of spool.draftsOf(queue, claim.meta.id)) {
    removeTree(spool.disk, join(spool.paths.tmp(queue), id));
  }
}

async function syncPrepared(spool: Spool, steps: readonly Step[]): Promise<void> {
  const folders = new Set<string>();
  for (const { claim, puts, outcome } of steps) {
    // A claim's rename may still be undone by a power cut; from the commit on it must not be.
    if (puts.length > 0 || outcome.changes?.length) folders.add(join(claim.folder, '..'));
    for (const put of puts) folders.add(spool.paths.tmp(put.queue));
  }
  await Promise.all([...folders].map((folder) => spool.disk.syncDir(folder)));
}

async function commit(
  spool: Spool,
  ledger: Ledger,
  steps: readonly Step[],
  now: number,
): Promise<Map<Step, Settled>> {
  const results = new Map<Step, Settled>();
  const inStore = steps.filter((step) => step.outcome.changes?.length);
  const onDisk = steps.filter((step) => !step.outcome.changes?.length);
  await Promise.all(
    onDisk.map(async (step) => {
      if (step.puts.length > 0) await writeCommit(spool, step);
      if (step.trouble === undefined) {
        results.set(step, { kind: 'settled', fate: step.outcome.fate, facts: [] });
      }
    }),
  );
  if (inStore.length === 0) return results;
  const answers = await applyAll(ledger, inStore, now);
  for (const [n, step] of inStore.entries()) {
    const answer = answers[n];
    if (answer?.kind === 'failed' || answer === undefined) {
      step.trouble = answer?.error ?? new Error('the store gave no answer');
      withdraw(spool, step);
    } else {
      // `already`: committed before, by a worker whose end we did not see.
      const facts = answer.kind === 'applied' ? answer.facts : [];
      results.set(step, { kind: 'settled', fate: step.outcome.fate, facts });
    }
  }
  return results;
}

async function applyAll(
  ledger: Ledger,
  steps: readonly Step[],
  now: number,
): Promise<readonly Applied[]> {
  const slips = steps.map(({ claim, outcome }) => ({
    cause: causeOf(claim.meta),
    changes: outcome.changes ?? [],
    fate: record(claim, outcome.fate),
  }));
  try {
    return await ledger.apply(slips, now);
  } catch (error) {
    // Whether a commit that failed took effect is the store's to say. When it cannot say it
    // either, this rejects too, the process ends, and its successor asks again.
    return await Promise.all(
      slips.map(async ({ cause }): Promise<Applied> => {
        const fate = await ledger.settled(cause);
        return fate === undefined ? { kind: 'failed', error } : { kind: 'already', fate };
      }),
    );
  }
}

/** The commit of a step without changes. When it fails, it must be certain that it failed. */
async function writeCommit(spool: Spool, step: Step): Promise<void> {
  const { claim, outcome } = step;
  const path = join(claim.folder, commitFile);
  if (existsSync(path)) spool.disk.remove(path);
  try {
    await spool.disk.write(path, record(claim, outcome.fate));
    await spool.disk.syncDir(claim.folder);
  } catch (error) {
    if (existsSync(path)) {
      spool.disk.remove(path);
      await spool.disk.syncDir(claim.folder);
    }
    step.trouble = error;
    withdraw(spool, step);
  }
}

function record(claim: OpenClaim, fate: Fate): string {
  return JSON.stringify({ round: claim.meta.round, fate: endingOf(fate) });
}

async function handOn(spool: Spool, steps: readonly Step[]): Promise<void> {
  const folders = new Set<string>();
  for (const put of steps.flatMap((step) => step.puts)) {
    spool.publish(put.queue, put.id, put.priority, put.due);
    folders.add(spool.paths.new(put.queue, put.priority));
  }
  await Promise.all([...folders].map((folder) => spool.disk.syncDir(folder)));
}

/** Ends a claim whose step is committed. */
export async function letGo(spool: Spool, claim: OpenClaim, ending: Ending): Promise<void> {
  switch (ending.kind) {
    case 'finish':
      return spool.finish(claim);
    case 'later': {
      spool.swapNext(claim);
      dropCommit(spool, claim);
      return await spool.release(claim, ending.at, 0);
    }
    case 'park':
      dropCommit(spool, claim);
      return await spool.park(claim, ending.where);
    default:
      return unreachable(ending);
  }
}

function dropCommit(spool: Spool, claim: OpenClaim): void {
  const path = join(claim.folder, commitFile);
  if (existsSync(path)) spool.disk.remove(path);
}

function endingOf(fate: Fate): Ending {
  if (fate.kind === 'later') return { kind: 'later', at: fate.at };
  if (fate.kind === 'park') return { kind: 'park', where: fate.where };
  return { kind: 'finish' };
}

/** Trouble before the commit: passing trouble leaves the claim as it is; other trouble shunts. */
async function unsettled(spool: Spool, step: Step, now: number): Promise<Settled> {
  if (isPassing(step.trouble)) return { kind: 'unready', error: step.trouble };
  const fate = park('shunt', `settling failed: ${explain(step.trouble)}`);
  try {
    const why = { at: now, queue: step.claim.queue, reasons: fate.kind === 'park' ? fate.why : [] };
    await spool.prepareWhy(step.claim, why);
    await spool.park(step.claim, 'shunt');
  } catch (error) {
    return { kind: 'unready', error };
  }
  return { kind: 'settled', fate, facts: [] };
}

/** The ending to which a claim's present step was committed, undefined when it was not. */
export async function committed(ledger: Ledger, claim: OpenClaim): Promise<Ending | undefined> {
  const onDisk = readRecord(() => readFileSync(join(claim.folder, commitFile), 'utf8'));
  if (onDisk?.round === claim.meta.round) return onDisk.fate;
  const text = await ledger.settled(causeOf(claim.meta));
  return text === undefined ? undefined : readRecord(() => text)?.fate;
}

/** A record that was cut off while it was written was no commit: its sync had not returned. */
function readRecord(read: () => string): z.infer<typeof recordSchema> | undefined {
  let text: string;
  try {
    text = read();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const parsed = recordSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
