/** The last parts of a settle (I4 c, d): for who settles, and for who recovers. */
import { unreachable } from '../ground/errors.ts';
import type { Own } from '../spool/spares.ts';
import type { Draft, OpenClaim, Spool } from '../spool/spool.ts';
import type { Ending } from './record.ts';

/** Shows puts to their queues, durably; gives the first that was not there. */
export async function publishAll(spool: Spool, puts: readonly Draft[]): Promise<Draft | undefined> {
  const missing = puts.filter((put) => !spool.publish(put));
  const folders = new Set(puts.map(({ queue, priority }) => spool.paths.new(queue, priority)));
  await Promise.all([...folders].map((folder) => spool.disk.syncDir(folder)));
  return missing[0];
}

/** Ends a claim whose step is committed. */
export async function letGo(
  spool: Spool,
  claim: OpenClaim,
  ending: Ending,
  own: Own = 'none',
): Promise<void> {
  switch (ending.kind) {
    case 'finish':
      return spool.finish(claim, own);
    case 'pass':
      spool.passOn(claim, ending.to);
      return await spool.disk.syncDir(spool.paths.new(ending.to.queue, ending.to.priority));
    case 'later':
      await spool.swapNext(claim);
      return await spool.release(claim, ending.at, 0);
    case 'park':
      return await spool.park(claim, ending.where);
    default:
      return unreachable(ending);
  }
}
