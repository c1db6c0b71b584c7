/** Those of a batch to whom servers have said "later" for so long that it means no. */
import type { Disk } from '../ground/disk.ts';
import type { WorkOf } from '../model/entry.ts';
import { deferredIn } from '../spool/deferrals.ts';
import { ProgressLog } from '../spool/progress.ts';
import type { Entry } from './desk.ts';
import type { Rest } from './rest.ts';

const dayMs = 86_400_000;

/**
 * Gives up whoever of `rest` was put off for `days`, with what was said last; returns the others.
 * Each has his own age, and it does not matter why he is not tried now: while some of a batch
 * rest, others wait for a limit, so that all of it is never put off at once.
 */
export function expire(
  disk: Disk,
  entry: Entry,
  { since }: WorkOf<'batch'>,
  rest: Rest,
  days: number,
  now: number,
): Rest {
  const maxMs = days * dayMs;
  // When we ended, nobody has had the last attempt that is his.
  if (since === undefined || now - since < maxMs || rest.kind === 'stopped') return rest;
  const deferred = deferredIn(entry.folder);
  const progress = new ProgressLog(disk, entry.folder, entry.tries, now);
  const positions = rest.positions.filter((position) => {
    const said = deferred.get(position);
    // Put back by hand, it has all its time again: `since` is later then.
    if (said === undefined || now - Math.max(since, said.first) < maxMs) return true;
    const text = `not delivered in ${days} days; last: ${said.code} ${said.text}`;
    const last = { ...said, enhanced: said.enhanced ?? '4.4.7', text };
    // What was said of the message is no evidence against a recipient.
    if (said.ofMessage) progress.failed(position, position, last);
    else progress.refused(position, last);
    return false;
  });
  progress.close();
  return { ...rest, positions };
}
