/** The index of all archives, opened: made where it is missing, of another version or damaged. */
import { closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import { wallClock } from '../ground/clock.ts';
import { errorCode } from '../ground/errors.ts';
import { Database, statement } from './statement.ts';
import { indexTables, indexVersion } from './tables.ts';

const fileMode = 0o660;
/** Page cache; a rebuild or a search over much is a matter of the system's own cache. */
const cacheKib = 8_000;
/** Pages of the log that are written back together: full text search writes the same ones often. */
const checkpointPages = 4000;

export type IndexOpening = {
  /** Only looks: where there is no index, there is nothing to be found. */
  readonly readonly?: boolean;
  /** How long it waits for another one's writing, ms. */
  readonly busyMs?: number;
};

/** Opens the index; undefined when it may only be read and is not there, or not ours. */
export function openIndex(
  path: string,
  { readonly = false, ...patience }: IndexOpening = {},
): Database | undefined {
  if (readonly) {
    if (!existsSync(path)) return undefined;
    const db = new Database(path, { ...patience, readonly, cacheKib });
    if (versionOf(db) === indexVersion) return db;
    db.close();
    return undefined;
  }
  try {
    return openWritable(path, patience);
  } catch (error) {
    if (errorCode(error) !== 'SQLITE_CORRUPT') throw error;
    // All of it stands in the volumes; the damaged one is kept for whoever wants to know.
    renameSync(path, `${path}.damaged`);
    for (const rest of ['-wal', '-shm']) rmSync(`${path}${rest}`, { force: true });
    return openWritable(path, patience);
  }
}

function openWritable(path: string, patience: Pick<IndexOpening, 'busyMs'>): Database {
  closeSync(openSync(path, 'a', fileMode));
  const db = new Database(path, { ...patience, cacheKib });
  try {
    db.pragma('journal_mode = wal');
    // What a power cut takes from it is read from the volumes again.
    db.pragma('synchronous = normal');
    db.pragma(`wal_autocheckpoint = ${checkpointPages}`);
    if (versionOf(db) !== indexVersion) makeAnew(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function versionOf(db: Database): number {
  return Number(db.pragma('user_version'));
}

const tables = statement<object, { name: string }>(
  `select name from sqlite_schema
   where type = 'table' and name not like 'sqlite_%' and name not like 'words_%'`,
);

const beginAt = statement<{ now: number }>('insert into version values (1, @now, @now)');

/** Empties the index. Other processes that have it open see an empty one. */
export function makeAnew(db: Database): void {
  db.transaction(() => {
    for (const { name } of db.all(tables, {})) db.exec(`drop table "${name}"`);
    db.exec(indexTables);
    db.run(beginAt, { now: wallClock.now() });
    db.pragma(`user_version = ${indexVersion}`);
  });
}
