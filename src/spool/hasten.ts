/** Makes what waits for later due now: the name is all there is to it. */
import { join } from 'node:path';
import { errorCode } from '../ground/errors.ts';
import { waitingName } from './layout.ts';
import type { Place } from './places.ts';
import type { Spool } from './spool.ts';

/** Makes entries due; those that are due, or in work by now, stay as they are. Gives the number. */
export async function hasten(spool: Spool, places: Iterable<Place>, now: number): Promise<number> {
  const folders = new Set<string>();
  let count = 0;
  for (const { kind, folder, ...place } of places) {
    if (kind !== 'waiting' || !('name' in place) || place.name.due <= now) continue;
    const shelf = spool.paths.new(place.queue, place.name.priority);
    try {
      spool.disk.rename(folder, join(shelf, waitingName({ ...place.name, due: now })));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') continue;
      throw error;
    }
    folders.add(shelf);
    count += 1;
  }
  await Promise.all([...folders].map((folder) => spool.disk.syncDir(folder)));
  return count;
}
