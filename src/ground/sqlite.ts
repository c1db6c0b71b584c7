/**
 * One connection to the database: statements kept by their text, short transactions, and errors
 * in our two kinds. Everything here is synchronous, so a transaction can hold no `await`.
 */
import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { errorCode, exit, TransientError, UsageError } from './errors.ts';
import { takeTurn } from './turn.ts';
import { noteWrite } from './writes.ts';

/** A statement whose named arguments are `A` and whose rows are `R`. See sql.ts. */
export type Query<A, R> = {
  readonly sql: string;
  bind(args: A): unknown[];
  /** Never there; ties the type of the rows to the query. */
  readonly row?: R;
};

type Statement = Sqlite.Statement<unknown[], unknown>;

/** How long a connection waits for another one's transaction, ms, where nobody says otherwise. */
const usualBusyMs = 10_000;
/** More pages than any database has. */
const allPages = 2_147_483_647;
/** Statements kept ready; the oldest goes when a new one comes. */
const maxStatements = 300;
/** The write-ahead log is cut back to this after a large transaction. */
const logBytes = 67_108_864;

export type OpenOptions = {
  readonly readonly?: boolean;
  /** Page cache in KiB; bulk work wants more than a worker. */
  readonly cacheKib?: number;
  /** How long it waits for another one's transaction, ms: less where there is better to do. */
  readonly busyMs?: number;
};

/** A connection: the narrow handle that everything in this folder works on. */
export class Database {
  readonly path: string;
  readonly #db: Sqlite.Database;
  readonly #busyMs: number;
  readonly #statements = new Map<string, Statement>();

  /** Opens a database that is there; migrate.ts says whether it is ours. */
  constructor(path: string, options: OpenOptions = {}) {
    this.path = path;
    const { readonly = false, busyMs = usualBusyMs, cacheKib = 4_000 } = options;
    this.#busyMs = busyMs;
    const how = { readonly, fileMustExist: true, timeout: busyMs };
    this.#db = this.#guard(() => new Sqlite(path, how));
    this.#guard(() => {
      this.#db.pragma('foreign_keys = on');
      this.#db.pragma('trusted_schema = off');
      this.#db.pragma(`cache_size = -${cacheKib}`);
      if (readonly) return;
      this.#db.pragma('synchronous = full');
      this.#db.pragma(`journal_size_limit = ${logBytes}`);
    });
  }

  /** The value of a pragma, or of setting it. */
  pragma(text: string): unknown {
    return this.#guard(() => this.#db.pragma(text, { simple: true }));
  }

  /** The rows of a pragma that has several. */
  pragmaRows(text: string): Record<string, unknown>[] {
    return this.#guard(() => this.#db.pragma(text) as Record<string, unknown>[]);
  }

  /** Makes a function of ours known to this connection's statements. */
  define(name: string, work: (...values: unknown[]) => unknown): void {
    this.#guard(() => this.#db.function(name, { deterministic: true, varargs: true }, work));
  }

  /** Runs statements of our own that take no arguments. */
  exec(sql: string): void {
    noteWrite();
    this.#guard(() => this.#db.exec(sql));
  }

  /** All rows: only for what is known to be short. */
  all<A, R>(query: Query<A, R>, args: A): R[] {
    return this.#guard(() => this.#prepare(query.sql).all(...query.bind(args)) as R[]);
  }

  /** All rows, each an array of its columns: for the hottest loops. */
  rows<A>(query: Query<A, unknown>, args: A): unknown[][] {
    return this.#guard(() => {
      const statement = this.#prepare(query.sql).raw(true);
      try {
        return statement.all(...query.bind(args)) as unknown[][];
      } finally {
        statement.raw(false);
      }
    });
  }

  get<A, R>(query: Query<A, R>, args: A): R | undefined {
    return this.#guard(() => this.#prepare(query.sql).get(...query.bind(args)) as R | undefined);
  }

  /** The number of rows changed, and the key of the last one inserted. */
  run<A>(query: Query<A, unknown>, args: A): { changes: number; lastKey: number } {
    noteWrite();
    return this.#guard(() => {
      const { changes, lastInsertRowid } = this.#prepare(query.sql).run(...query.bind(args));
      return { changes, lastKey: Number(lastInsertRowid) };
    });
  }

  /** All of `work` or nothing; other writers wait meanwhile. Joins a transaction that runs. */
  transaction<T>(work: () => T): T {
    if (this.#db.inTransaction) return work();
    this.#begin();
    try {
      const result = work();
      this.#step('commit');
      return result;
    } catch (error) {
      // SQLite ends some failed transactions by itself (disk full).
      if (this.#db.inTransaction) this.#step('rollback');
      throw error;
    } finally {
      noteWrite();
    }
  }

  /** Part of a transaction that can be undone alone. */
  savepoint<T>(work: () => T): T {
    this.#step('savepoint slip');
    try {
      const result = work();
      this.#step('release slip');
      return result;
    } catch (error) {
      noteWrite();
      if (this.#db.inTransaction) {
        this.#step('rollback to slip');
        this.#step('release slip');
      }
      throw error;
    }
  }

  /** Many statements in one go without keeping writers out: for temporary tables. */
  together<T>(work: () => T): T {
    this.#step('begin deferred');
    try {
      return work();
    } finally {
      if (this.#db.inTransaction) this.#step('commit');
    }
  }

  /**
   * A consistent copy while others write. All of it in one step: readers keep no writer waiting,
   * but a copy that pauses begins again at each write, and on a busy site never ends.
   */
  async backup(to: string, progress?: (done: number, total: number) => void): Promise<void> {
    try {
      await this.#db.backup(to, {
        progress: ({ totalPages, remainingPages }) => {
          progress?.(totalPages - remainingPages, totalPages);
          return allPages;
        },
      });
    } catch (error) {
      throw surface(error, this.path);
    }
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #begin(): void {
    this.pragma('busy_timeout = 0');
    try {
      takeTurn(() => this.#step('begin immediate'), isBusy, this.#busyMs);
    } finally {
      this.pragma(`busy_timeout = ${this.#busyMs}`);
    }
  }

  #step(sql: string): void {
    this.#guard(() => this.#prepare(sql).run());
  }

  #prepare(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    if (this.#statements.size >= maxStatements) {
      const [oldest = ''] = this.#statements.keys();
      this.#statements.delete(oldest);
    }
    const made = this.#db.prepare<unknown[], unknown>(sql);
    this.#statements.set(sql, made);
    return made;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw surface(error, this.path);
    }
  }
}

function isBusy(error: unknown): boolean {
  return errorCode(error instanceof Error ? error.cause : undefined) === 'SQLITE_BUSY';
}

/** What SQLite says when the world is not ready, and how an operator would put it. */
const passing: readonly (readonly [RegExp, string])[] = [
  [/^SQLITE_(BUSY|LOCKED|PROTOCOL)/, 'is busy: another process has held it for too long'],
  [/^SQLITE_FULL/, 'cannot grow: the disk is full'],
  [/^SQLITE_READONLY/, 'cannot be written: check its permissions and its file system'],
  [/^SQLITE_(CANTOPEN|PERM|AUTH)/, 'cannot be opened: check its folder and permissions'],
  [/^SQLITE_(IOERR|NOMEM)/, 'cannot be read or written: the disk or the system failed'],
];

/** One of our errors in place of the driver's, with the file named; others as they are. */
function surface(error: unknown, path: string): unknown {
  const code = errorCode(error);
  if (error instanceof TypeError && !existsSync(path)) {
    return Object.assign(
      new UsageError(`the database ${path} is not there`, exit.config, { cause: error }),
      { code: 'SQLITE_CANTOPEN' },
    );
  }
  if (!(error instanceof Sqlite.SqliteError) || code === undefined) return error;
  const known = passing.find(([form]) => form.test(code));
  if (known) return new TransientError(`the database ${path} ${known[1]}`, { cause: error });
  if (!/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return error;
  return damaged(path, error);
}

/** The code keeps it a trouble of the house: no letter is blamed for it. */
export function damaged(path: string, cause: unknown): UsageError {
  const text =
    `the database ${path} is damaged; stop the suite, keep the file, and restore the newest ` +
    'backup (backup.folder in the configuration)';
  return Object.assign(new UsageError(text, exit.dataErr, { cause }), { code: 'SQLITE_CORRUPT' });
}
