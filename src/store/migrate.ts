/** Opens the database: makes it, brings it up to date, or says why it cannot be used. */
import { closeSync, existsSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { exit, TransientError, UsageError } from '../ground/errors.ts';
import { applicationId, migrations } from './migrations.ts';
import { defineSpellings } from './spellings.ts';
import { Database, type OpenOptions } from './sqlite.ts';

/** The tables of one kind of database, step by step, and the mark of its files. */
export type Schema = { readonly application: number; readonly steps: readonly string[] };

const ours: Schema = { application: applicationId, steps: migrations };
const fileMode = 0o660;
/** Several processes may make the file at once; the switch to the write-ahead log cannot wait. */
const walTries = 200;
const walWaitMs = 50;

/** Opens a database of ours; what it holds, and how it came about, says its schema. */
export async function openDatabase(
  path: string,
  options: OpenOptions & { readonly create?: boolean; readonly schema?: Schema } = {},
): Promise<Database> {
  const { schema = ours } = options;
  const readonly = options.readonly ?? false;
  const create = options.create === true && !readonly;
  if (create) closeSync(openSync(path, 'a', fileMode));
  else if (!existsSync(path)) {
    throw unusable(path, 'is not there; restore a backup, or make one with "listmill init DIR"');
  }
  const db = new Database(path, options);
  try {
    defineSpellings(db);
    const version = versionOf(db, schema);
    if (version === 0 && !create) {
      throw unusable(path, 'is empty; restore a backup, or make one with "listmill init DIR"');
    }
    if (readonly) {
      if (version < schema.steps.length) {
        throw unusable(path, `has version ${version}, older than ours (${schema.steps.length})`);
      }
      return db;
    }
    await useWal(db);
    if (version < schema.steps.length) migrate(db, schema.steps, schema.application);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** 0: nothing in it yet. Refuses what is not ours, and what a newer Listmill has changed. */
function versionOf(db: Database, schema: Schema): number {
  const newest = schema.steps.length;
  const version = Number(db.pragma('user_version'));
  const application = Number(db.pragma('application_id'));
  if (application !== schema.application && (application !== 0 || version !== 0 || hasTables(db))) {
    throw unusable(db.path, 'was made by another program');
  }
  if (version > newest) {
    throw unusable(
      db.path,
      `has version ${version}, this Listmill knows ${newest} at most; ` +
        'use the newer Listmill that made it, or restore a backup from before',
    );
  }
  return version;
}

function hasTables(db: Database): boolean {
  return Number(db.pragma('schema_version')) !== 0;
}

function unusable(path: string, what: string): UsageError {
  return Object.assign(new UsageError(`the database ${path} ${what}`, exit.config), {
    code: 'SQLITE_UNUSABLE',
  });
}

async function useWal(db: Database): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      if (db.pragma('journal_mode = wal') === 'wal') return;
      throw new UsageError(
        `the database ${db.path} cannot have a write-ahead log: its file system lacks shared ` +
          'memory (network file systems do); put "var" on a local disk',
        exit.config,
      );
    } catch (error) {
      if (!(error instanceof TransientError) || tries >= walTries) throw error;
      await delay(walWaitMs);
    }
  }
}

/** All missing steps in one transaction; of several processes the first does it. */
export function migrate(
  db: Database,
  steps: readonly string[] = migrations,
  application = applicationId,
): void {
  db.transaction(() => {
    const version = Number(db.pragma('user_version'));
    if (version >= steps.length) return;
    for (const step of steps.slice(version)) db.exec(step);
    db.pragma(`application_id = ${application}`);
    db.pragma(`user_version = ${steps.length}`);
  });
}
