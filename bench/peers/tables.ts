/** Fills tables of a peer's own database, where its commands would take minutes. */
import Database from 'better-sqlite3';

export function fill(path: string, ...statements: readonly string[]): void {
  const database = new Database(path);
  try {
    database.transaction(() => {
      for (const statement of statements) database.exec(statement);
    })();
  } finally {
    database.close();
  }
}
