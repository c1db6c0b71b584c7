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
/** How long the runner waits for others to write the index, ms: while it waits it keeps nothing. */
const busyMs = 500;
/** When an index that could not be written is tried again, ms. */
const retryMs = 5000;
/** How long the index may keep a runner from ending, ms; the next one goes on with it. */
const closeMs = 5000;

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
  /** No more is read into the index. */
  readonly stop: () => void;
  readonly leave: () => void;
};

async function openParts(site: Site, writer: Writer): Promise<Parts> {
  const folder = site.paths.archive;
  const lock = await lockArchive(folder, writer);
  const db = openIndex(indexFile(folder), writer === 'runner' ? { busyMs } : {});
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
    stop: () => leaving.abort(),
    leave() {
      leaving.abort();
      db.close();
      lock.release();
    },
  };
}

/**
 * Opens the archive of a site. What is kept does not wait for the index: it may be locked, full or
 * made anew, which takes minutes.
 */
export async function openArchive(site: Site, writer: Writer): Promise<OpenArchive> {
  const { keeper, index, leave, stop } = await openParts(site, writer);
  let touched = new Set<ListId>();
  // What a crash left out may be in any list.
  let isCaughtUp = false;
  let indexing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const indexNow = async (): Promise<void> => {
    timer = undefined;
    const lists = [...touched];
    touched = new Set();
    try {
      await keeper.indexed(() => index(isCaughtUp ? lists : undefined));
      isCaughtUp = true;
    } catch (error) {
      // What is kept is kept.
      for (const list of lists) touched.add(list);
      site.log.error({ event: 'archive-not-indexed', why: explain(error) });
      indexIn(retryMs);
    }
  };
  const indexIn = (ms: number): void => {
    timer ??= setTimeout(() => {
      indexing = indexing.then(indexNow);
    }, ms);
  };
  indexIn(0);
  return {
    async keep(posting) {
      // Before: whoever indexes meanwhile must not take it for indexed. After: it is there to be read.
      touched.add(posting.list);
      const how = await keeper.keep(posting);
      touched.add(posting.list);
      indexIn(indexMs);
      return how;
    },
    async close() {
      clearTimeout(timer);
      const late = setTimeout(stop, closeMs);
      await indexing;
      if (touched.size > 0) await indexNow();
      clearTimeout(timer);
      clearTimeout(late);
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
