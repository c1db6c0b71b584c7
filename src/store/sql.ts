/**
 * The builder of our SQL, and statements with named arguments.
 *
 * Kysely only writes the text; sqlite.ts runs it. A query is built once, the first time it is
 * used, with a slot wherever an argument goes.
 */
import { createRequire } from 'node:module';
import type { Compilable, Generated } from 'kysely';
import type { Query } from './sqlite.ts';
import type { Tables } from './tables.ts';

// Three hundred small modules: as CommonJS they are loaded in half the time, and every command
// and every process pays it.
const kysely: typeof import('kysely') = createRequire(import.meta.url)('kysely');
const { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } = kysely;

export const { sql } = kysely;
export type { Generated };

/** Where all of our queries begin. */
export const q = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

/** The place of an argument among the parameters of a statement. */
class Slot {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** Hands out a slot for each name that is asked for, typed as the argument that will come. */
function slots<A extends object>(): A {
  return new Proxy({}, { get: (_, name) => new Slot(String(name)) }) as A;
}

/**
 * A statement of the parameters that `build` names:
 * `query((p: { key: string }) => q.selectFrom('address').where('key', '=', p.key))`.
 */
export function query<A extends object, R>(build: (args: A) => Compilable<R>): Query<A, R> {
  let made: { sql: string; parameters: readonly unknown[] } | undefined;
  const compiled = () => (made ??= build(slots<A>()).compile());
  return {
    get sql() {
      return compiled().sql;
    },
    bind: (args) =>
      compiled().parameters.map((value) =>
        value instanceof Slot ? Reflect.get(args, value.name) : value,
      ),
  };
}

/** A statement that is built as it is needed, with its values in it. */
export function adHoc<R>(built: Compilable<R>): Query<Record<never, never>, R> {
  const { sql, parameters } = built.compile();
  return { sql, bind: () => [...parameters] };
}
