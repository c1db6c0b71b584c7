/**
 * Carries out outcomes: the file to distrust first (I4).
 *
 *   (a) prepare   every put is written into its queue's tmp, named after its cause; next.json
 *                 ("later") or why.json ("park") is written into the claim; all is synced, and
 *                 so are the claim's own name and the names in tmp. Of an entry that would be
 *                 finished, one put with its message is the entry itself: its entry.json gets a
 *                 second line, for the put's id ("pass")
 *   (b) commit    one store transaction applies the changes and records the step (id.round);
 *                 without changes, but with puts, a synced line in a file beside the claim
 *   (c) hand on   the puts are renamed into new, which is synced
 *   (d) let go    the claim is removed, put back, parked, or renamed into new as that put
 *
 * Cut before (b): nothing was committed; recovery removes what was prepared, and the step is run
 * again. Cut after (b): recovery does (c) for what is still in tmp, and (d). An outcome without
 * changes and puts in tmp has no commit record: its one rename in (d) is the commit.
 *
 * Outcomes that are ready together are settled together: they share transaction and syncs, and
 * each of them is still committed or not on its own.
 */
import { join } from 'node:path';
import { removeTree } from '../ground/disk.ts';
import { explain, isPassing } from '../ground/errors.ts';
import type { Change } from '../model/change.ts';
import { causeOf, type EntryMeta } from '../model/entry.ts';
import type { Fate, Outcome } from '../model/outcome.ts';
import { park } from '../model/outcome.ts';
import type { QueueName } from '../model/queues.ts';
import type { Own } from '../spool/spares.ts';
import type { OpenClaim, Spool } from '../spool/spool.ts';
import { letGo, publishAll } from './hand-on.ts';
import { type Ending, endingOf, recordOf, writeCommits } from './record.ts';
import { type Begun, preparePuts } from './write.ts';

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

type Step = Slip & Begun & { trouble?: unknown };

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
  await Promise.all(done.map((step) => letGo(spool, step.claim, endingFor(step), ownOf(step))));
  return await Promise.all(
    steps.map(async (step) => results.get(step) ?? (await unsettled(spool, step, now))),
  );
}

async function prepare(spool: Spool, step: Step, now: number): Promise<void> {
  const { claim, outcome } = step;
  try {
    const { fate, puts = [] } = outcome;
    await preparePuts(spool, claim, puts, now, step, fate.kind === 'finish');
    if (fate.kind === 'later') await spool.prepareNext(claim, nextMeta(step, fate));
    if (fate.kind === 'park') {
      await spool.prepareWhy(claim, { at: now, queue: claim.queue, reasons: fate.why });
    }
  } catch (error) {
    step.trouble = error;
  }
}

function endingFor({ outcome, pass }: Step): Ending {
  return endingOf(outcome.fate, pass);
}

/** Whether nobody else has a name for what is in the folder of the entry. */
function isReusable({ claim, isLinked }: Step): boolean {
  return claim.meta.message.own === true && !isLinked;
}

/** Which files of its folder nobody else has a name for. */
function ownOf(step: Step): Own {
  if (isReusable(step)) return 'all';
  return step.claim.meta.alone ? 'notes' : 'none';
}

function nextMeta(step: Step, fate: Extract<Fate, { kind: 'later' }>): EntryMeta {
  const { meta } = step.claim;
  const { size, digest } = meta.message;
  return {
    ...meta,
    message: isReusable(step) ? meta.message : { size, digest },
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
  await commitOnDisk(spool, onDisk);
  for (const step of onDisk) {
    if (step.trouble !== undefined) continue;
    results.set(step, { kind: 'settled', fate: step.outcome.fate, facts: [] });
  }
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

/** Without puts there is nothing to commit: the one rename that ends the claim does it. */
async function commitOnDisk(spool: Spool, steps: readonly Step[]): Promise<void> {
  const withPuts = steps.filter(({ puts }) => puts.length > 0);
  const commits = withPuts.map((step) => {
    const { claim, puts } = step;
    return { claim, text: recordOf(endingFor(step), puts) };
  });
  // Where a commit may stand that could not be taken back, this rejects: the successor finds it.
  const failed = await writeCommits(spool, commits);
  for (const step of failed ? withPuts : []) {
    step.trouble = failed?.trouble;
    withdraw(spool, step);
  }
}

async function applyAll(
  ledger: Ledger,
  steps: readonly Step[],
  now: number,
): Promise<readonly Applied[]> {
  const slips = steps.map((step) => ({
    cause: causeOf(step.claim.meta),
    changes: step.outcome.changes ?? [],
    fate: recordOf(endingFor(step), step.puts),
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

async function handOn(spool: Spool, steps: readonly Step[]): Promise<void> {
  const puts = steps.flatMap((step) => step.puts);
  const missing = await publishAll(spool, puts);
  // Nobody but us may touch what we prepared: somebody removed it under us, and should know.
  if (missing) throw new Error(`the put ${missing.id} is gone from tmp of ${missing.queue}`);
}

/** Trouble before the commit: passing trouble leaves the claim as it is; other trouble shunts. */
async function unsettled(spool: Spool, step: Step, now: number): Promise<Settled> {
  if (isPassing(step.trouble)) return { kind: 'unready', error: step.trouble };
  const fate = park('shunt', `settling failed: ${explain(step.trouble)}`);
  try {
    // Its drafts must not come back with a power cut when the claim that would recover them is gone.
    for (const queue of step.queues) await spool.disk.syncDir(spool.paths.tmp(queue));
    const why = { at: now, queue: step.claim.queue, reasons: fate.kind === 'park' ? fate.why : [] };
    await spool.prepareWhy(step.claim, why);
    await spool.park(step.claim, 'shunt');
  } catch (error) {
    return { kind: 'unready', error };
  }
  return { kind: 'settled', fate, facts: [] };
}
