/** The SQL of the index, written by hand: the builder of queries has no words for full text search. */
import type { Query } from '../ground/sqlite.ts';

export { Database } from '../ground/sqlite.ts';

/** A statement whose arguments are `@named`. */
export function statement<A extends object = Record<never, never>, R = unknown>(
  sql: string,
): Query<A, R> {
  const hasArguments = sql.includes('@');
  return { sql, bind: (args) => (hasArguments ? [args] : []) };
}
