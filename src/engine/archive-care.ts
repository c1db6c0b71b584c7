/** Looking after the archive: checking it, making its index anew. */
import { makeAnew, openIndex } from '../archive/index-file.ts';
import { hasEntryOf, knownList } from '../archive/index-write.ts';
import { bytesToRead, type CaughtUp, catchUp } from '../archive/indexer.ts';
import { archivedLists, indexFile, volumesOf } from '../archive/places.ts';
import { readRemovals } from '../archive/removed.ts';
import { isWhole, records } from '../archive/volume.ts';
import type { ListId } from '../model/ids.ts';
import { lockArchive } from './archive.ts';
import { lookIntoArchive } from './archive-look.ts';
import type { Site } from './site.ts';

/** One thing that is not as it should be. */
export type ArchiveFault = {
  readonly list: ListId;
  readonly volume: string;
  readonly at: number;
  readonly why: string;
};

export type ArchiveChecked = {
  readonly postings: number;
  readonly faults: readonly ArchiveFault[];
};

/** Faults that are told; a disk that rots has more. */
const maxFaults = 1000;

/** Reads every message of some lists. */
export async function checkArchive(
  site: Site,
  lists: readonly ListId[],
  progress?: (postings: number) => void,
): Promise<ArchiveChecked> {
  using look = await lookIntoArchive(site);
  const faults: ArchiveFault[] = [];
  let postings = 0;
  if (!look) return { postings, faults };
  const { folder, db } = look;
  for (const list of lists) {
    const number = knownList(db, list);
    const removals = readRemovals(folder, list);
    for (const volume of volumesOf(folder, list)) {
      const fault = (at: number, why: string): void => {
        if (faults.length < maxFaults) faults.push({ list, volume: volume.name, at, why });
      };
      for (const found of records(folder, volume)) {
        if (found.kind === 'end') break;
        if (found.kind === 'torn') break;
        if (found.kind === 'wrong') {
          fault(found.at, found.why);
          break;
        }
        const { entry } = found.head;
        postings += 1;
        progress?.(postings);
        if (!(await isWhole(folder, volume, found))) fault(found.start, `${entry} is damaged`);
        const isKnown = number !== undefined && hasEntryOf(db, number, entry);
        const isReplaced = removals.get(entry)?.instead !== undefined;
        if (!isKnown && !isReplaced) fault(found.at, `${entry} is not in the index; rebuild it`);
      }
    }
  }
  return { postings, faults };
}

/** Empties the index and reads all volumes. Searches meanwhile find what was read so far. */
export async function rebuildIndex(
  site: Site,
  progress: (done: number, total: number) => void,
): Promise<CaughtUp> {
  const folder = site.paths.archive;
  const lock = await lockArchive(folder, 'person');
  try {
    const db = openIndex(indexFile(folder));
    if (!db) throw new Error('an index that was opened for writing is there');
    try {
      makeAnew(db);
      const total = bytesToRead(folder, archivedLists(folder));
      let done = 0;
      const told = (bytes: number): void => {
        done += bytes;
        progress(done, total);
      };
      return await catchUp({ folder, db, progress: told });
    } finally {
      db.close();
    }
  } finally {
    lock.release();
  }
}
