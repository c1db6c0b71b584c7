/** Back from where it was parked to its queue, by whoever comes first. */
import { join } from 'node:path';
import { errorCode } from '../ground/errors.ts';
import { type EntryId, entryId } from '../model/ids.ts';
import type { ParkingName, QueueName } from '../model/queues.ts';
import { waitingName } from './layout.ts';
import { readPlace } from './parked.ts';
import type { Claim, Spool } from './spool.ts';

/**
 * Lets a parked entry wait again, for a new round: the step that parked it has its record under
 * the old one. Two may do this at once, and a crash at any point leaves it parked or waiting.
 * False: it is not there (any more), or is no entry.
 */
export async function unpark(
  spool: Spool,
  where: ParkingName,
  queue: QueueName,
  id: EntryId,
  now: number,
): Promise<boolean> {
  const folder = join(spool.paths.parking(where, queue), id);
  const read = readPlace({ folder, id });
  if (read.kind !== 'entry') return false;
  const { meta } = read;
  const { priority } = meta;
  const name = { priority, due: now, id: entryId(meta.id), tries: 0 };
  const claim: Claim = { queue, worker: '', name, folder };
  const target = spool.paths.new(queue, priority);
  try {
    await spool.prepareNext(claim, { ...meta, due: now, round: meta.round + 1, attempts: 0 });
    await spool.swapNext(claim);
    spool.disk.rename(folder, join(target, waitingName(name)));
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return false;
  }
  await spool.disk.syncDir(target);
  return true;
}
