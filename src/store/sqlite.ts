/** The connection, as the queries of this folder know it. */
import { errorCode } from '../ground/errors.ts';

export { Database, damaged, type OpenOptions, type Query } from '../ground/sqlite.ts';

/** True where one row must not be there twice, or names one that is not there. */
export function isConstraint(error: unknown): boolean {
  return errorCode(error)?.startsWith('SQLITE_CONSTRAINT') ?? false;
}
