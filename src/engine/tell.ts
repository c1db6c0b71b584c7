/** The log lines of a settled step: what became of the entry, and what became true. */
import type { Log } from '../ground/log.ts';
import type { Settled, Slip } from './settle.ts';

export function tellSettled(
  log: Log,
  { claim, outcome }: Slip,
  { fate, facts }: Extract<Settled, { kind: 'settled' }>,
): void {
  const { meta, queue } = claim;
  log[fate.kind === 'park' && fate.where === 'shunt' ? 'error' : 'info']({
    event: 'settled',
    entry: meta.id,
    ...(meta.list === undefined ? {} : { list: meta.list }),
    queue,
    ...outcome.tell,
    fate: fate.kind === 'park' ? fate.where : fate.kind,
    ...(fate.kind === 'park' ? { why: fate.why } : {}),
    ...(fate.kind === 'later' ? { at: new Date(fate.at).toISOString(), why: fate.why } : {}),
  });
  for (const { kind, ...fact } of facts) log.info({ event: kind, ...fact });
}
