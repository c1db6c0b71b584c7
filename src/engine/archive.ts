/** The archive, opened for writing: one of each kind of writer at a time. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openIndex } from '../archive/index-file.ts';
import { catchUp } from '../archive/indexer.ts';
import { type Keepable, Keeper, type KeptAs } from '../archive/keeper.ts';
import { indexFile, type Writer } from '../archive/places.ts';
import { explain, TransientError } from '../ground/errors.ts';
import { holdLock, type Lock } from '../ground/lock.ts';
import type { ListId } from '../model/ids.ts';
import type { Site } from './site.ts';

/** How long what was kept waits for company before it is put into the index, ms. */
const indexMs = 1000;

/** Takes postings in. */
export type OpenArchive = {
  /** Resolves when the posting is durable; the index follows. */
  keep(posting: Keepable): Promise<KeptAs>;
  close(): Promise<void>;
};

/** The lock of the archive, of one kind of writer. */
export async function lockArchive(folder: string, writer: Writer): Promise<Lock> {
  mkdirSync(folder, { recursive: true, mode: 0o770 });
  const path = writer === 'runner' ? folder : join(folder, 'by-hand.lock');
  const lock = await holdLock(path);
  if (lock === 'held') throw new TransientError(`another process writes the archive ${folder}`);
  return lock;
}

/** Opens the archive of a site. What a crash left out of the index is read before more is kept. */
export async function openArchive(site: Site, writer: Writer): Promise<OpenArchive> {
  const folder = site.paths.archive;
  const lock = await lockArchive(folder, writer);
  const db = openIndex(indexFile(folder));
  if (!db) throw new Error('an index that was opened for writing is there');
  const keeper = new Keeper({ folder, disk: site.spool.disk, db, writer });
  const leaving = new AbortController();
  const { signal } = leaving;
  const told = async (lists?: readonly ListId[]): Promise<void> => {
    const { faults } = await catchUp({ folder, db, signal, ...(lists && { lists }) });
    for (const { volume, at, why } of faults) {
      const { list, name } = volume;
      site.log.error({ event: 'archive-damaged', list, volume: name, at, why });
    }
  };
  let ready: Promise<void> | undefined;
  let touched = new Set<ListId>();
  let indexing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const index = (): void => {
    timer = undefined;
    const lists = [...touched];
    touched = new Set();
    indexing = keeper
      .indexed(() => told(lists))
      .catch((error: unknown) => {
        // What is kept is kept; the next posting, or the next start, tries again.
        for (const list of lists) touched.add(list);
        site.log.error({ event: 'archive-not-indexed', why: explain(error) });
      });
  };
  return {
    async keep(posting) {
      ready ??= told();
      try {
        await ready;
      } catch (error) {
        ready = undefined;
        throw error;
      }
      const how = await keeper.keep(posting);
      touched.add(posting.list);
      timer ??= setTimeout(() => void indexing.then(index), indexMs);
      return how;
    },
    async close() {
      clearTimeout(timer);
      await indexing;
      if (touched.size > 0) index();
      await indexing;
      leaving.abort();
      await ready?.catch(() => undefined);
      db.close();
      lock.release();
    },
  };
}
