/** The connection, as the queries of this folder know it. */
export {
  Database,
  damaged,
  isConstraint,
  type OpenOptions,
  type Query,
} from '../ground/sqlite.ts';
