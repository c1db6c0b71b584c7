/** What a hand-over leaves of a batch. */
import type { Answer } from '../mta/types.ts';
import { open } from '../spool/progress.ts';

/** "Later", and the relay that said it. */
export type Deferral = Pick<Answer, 'code' | 'enhanced' | 'text'> & { readonly relay: string };

/** Those of a batch who have no answer that lasts, and why. */
export type Rest = { readonly positions: readonly number[] } & (
  | { readonly kind: 'done' | 'stopped' | 'broken' }
  /** The server said "later", the last time with these words. */
  | { readonly kind: 'deferred'; readonly deferral: Deferral }
  /** It is not the time of some; those `deferred` were told "later" meanwhile. */
  | {
      readonly kind: 'held';
      readonly until: number;
      readonly why: string;
      readonly deferred: readonly number[];
    }
);

/** The positions of those of whom nothing was answered yet. */
export function openOnes(states: Uint8Array): readonly number[] {
  const found: number[] = [];
  for (let n = 0; n < states.length; n += 1) if (states[n] === open) found.push(n);
  return found;
}
