/** The archive, opened for writing: one of each kind of writer at a time. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openIndex } from '../archive/index-file.ts';
import { catchUp } from '../archive/indexer.ts';
import { type Keepable, Keeper, type KeptAs } from '../archive/keeper.ts';
import { indexFile, type Writer } from '../archive/places.ts';
import type { Database } from '../archive/statement.ts';
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

/** The same for those who bring in many, and look at what is there. */
export type FullArchive = {
  readonly folder: string;
  readonly db: Database;
  /** Resolves when all are durable, and in the index. */
  keepAll(postings: readonly Keepable[]): Promise<readonly KeptAs[]>;
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

type Parts = {
  readonly folder: string;
  readonly db: Database;
  readonly keeper: Keeper;
  /** Brings the index of some lists, or of all, up to date. */
  readonly index: (lists?: readonly ListId[]) => Promise<void>;
  readonly leave: () => void;
};

async function openParts(site: Site, writer: Writer): Promise<Parts> {
  const folder = site.paths.archive;
  const lock = await lockArchive(folder, writer);
  const db = openIndex(indexFile(folder));
  if (!db) throw new Error('an index that was opened for writing is there');
  const leaving = new AbortController();
  const { signal } = leaving;
  return {
    folder,
    db,
    keeper: new Keeper({ folder, disk: site.spool.disk, db, writer }),
    async index(lists) {
      const { faults } = await catchUp({ folder, db, signal, ...(lists && { lists }) });
      for (const { volume, at, why } of faults) {
        const { list, name } = volume;
        site.log.error({ event: 'archive-damaged', list, volume: name, at, why });
      }
    },
    leave() {
      leaving.abort();
      db.close();
      lock.release();
    },
  };
}

/** Opens the archive of a site. What a crash left out of the index is read before more is kept. */
export async function openArchive(site: Site, writer: Writer): Promise<OpenArchive> {
  const { keeper, index, leave } = await openParts(site, writer);
  let ready: Promise<void> | undefined;
  let touched = new Set<ListId>();
  let indexing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const indexTouched = (): void => {
    timer = undefined;
    const lists = [...touched];
    touched = new Set();
    indexing = keeper
      .indexed(() => index(lists))
      .catch((error: unknown) => {
        // What is kept is kept; the next posting, or the next start, tries again.
        for (const list of lists) touched.add(list);
        site.log.error({ event: 'archive-not-indexed', why: explain(error) });
      });
  };
  return {
    async keep(posting) {
      ready ??= index();
      try {
        await ready;
      } catch (error) {
        ready = undefined;
        throw error;
      }
      const how = await keeper.keep(posting);
      touched.add(posting.list);
      timer ??= setTimeout(() => void indexing.then(indexTouched), indexMs);
      return how;
    },
    async close() {
      clearTimeout(timer);
      await indexing;
      if (touched.size > 0) indexTouched();
      await indexing;
      await ready?.catch(() => undefined);
      leave();
    },
  };
}

/** Opens the archive for an order of a person. */
export async function openFullArchive(site: Site, writer: Writer): Promise<FullArchive> {
  const { folder, db, keeper, index, leave } = await openParts(site, writer);
  try {
    await index();
  } catch (error) {
    leave();
    throw error;
  }
  return {
    folder,
    db,
    async keepAll(postings) {
      const kept = await Promise.all(postings.map((posting) => keeper.keep(posting)));
      const lists = [...new Set(postings.map(({ list }) => list))];
      await keeper.indexed(() => index(lists));
      return kept;
    },
    close: async () => leave(),
  };
}
