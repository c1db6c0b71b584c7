/** What was changed, when, by what cause: one line a change, beside the change itself. */
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

/** Who or what makes a change, and when. */
export type Cause = { readonly cause: string; readonly now: number };

export type Logged = {
  readonly list?: string | undefined;
  readonly kind: string;
  /** What it is about: an address, a setting, a posting. */
  readonly subject: string;
  readonly detail?: Readonly<Record<string, unknown>>;
};

const add = query(
  (p: {
    at: number;
    cause: string;
    list: string | null;
    kind: string;
    subject: string;
    detail: string;
  }) =>
    q.insertInto('change_log').values({
      at: p.at,
      cause: p.cause,
      list: p.list,
      kind: p.kind,
      subject: p.subject,
      detail: p.detail,
    }),
);

/** Writes a line of the change log. */
export function log(db: Database, by: Cause, what: Logged): void {
  db.run(add, {
    at: by.now,
    cause: by.cause,
    list: what.list ?? null,
    kind: what.kind,
    subject: what.subject,
    detail: what.detail === undefined ? '{}' : JSON.stringify(what.detail),
  });
}
