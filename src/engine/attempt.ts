/** Runs one step on one claim: what it throws becomes an outcome, or is trouble with the world. */
import { explain, isPassing } from '../ground/errors.ts';
import { type Outcome, park } from '../model/outcome.ts';
import type { OpenClaim } from '../spool/spool.ts';
import type { Step } from './define.ts';
import type { Desk } from './desk.ts';
import { unbundle } from './unbundle.ts';

/** The world is not ready: the entry goes back to wait. */
export type Unready = { readonly unready: unknown };

/** What concerns only this letter shunts it (I12); the rest is the world's. */
export async function attempt(
  step: Step,
  { queue, meta, message, folder, name }: OpenClaim,
  desk: Desk,
): Promise<Outcome | Unready> {
  try {
    if (meta.work.kind === 'bundle') return await unbundle({ queue, meta, message }, meta.work);
    return await step({ meta, message, folder, tries: name.tries }, desk);
  } catch (error) {
    if (isPassing(error)) return { unready: error };
    return { fate: park('shunt', `${queue}: ${explain(error)}`) };
  }
}
