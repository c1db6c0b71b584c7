/** What the processors of this machine have done, whoever for. */
import { cpus } from 'node:os';
import { uptimeMs } from './clock.ts';

/** Their work so far, ms of all of them together. */
export type Worked = { readonly at: number; readonly ms: number; readonly processors: number };

/** Asks the system, which takes a tenth of a millisecond. */
export function processorsWorked(): Worked {
  const all = cpus();
  const ms = all.reduce(
    (sum, { times }) => sum + times.user + times.nice + times.sys + times.irq,
    0,
  );
  return { at: uptimeMs(), ms, processors: all.length };
}
