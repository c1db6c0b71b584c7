/** Requests that wait for a moderator, as maintenance goes through them. */
import type { Request } from '../model/request.ts';
import type { Known } from './lists.ts';
import { type Row, requestOf, requests } from './requests.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

const page = 1000;

const undecidedPage = query((p: { after: number; limit: number }) =>
  requests()
    .select(['request.seq', 'request.cause', 'request.told'])
    .where('request.waits', '=', 'moderator')
    .where('request.seq', '>', p.after)
    .orderBy('request.seq')
    .limit(p.limit),
);
const undecidedOf = query((p: { list: number; key: string }) =>
  requests()
    .select(['request.seq', 'request.cause', 'request.told'])
    .where('request.waits', '=', 'moderator')
    .where('request.list', '=', p.list)
    .where('request.key', '=', p.key),
);
const remove = query((p: { token: string }) =>
  q.deleteFrom('request').where('token', '=', p.token),
);
const told = query((p: { token: string; now: number }) =>
  q.updateTable('request').set({ told: p.now }).where('token', '=', p.token),
);

/** A request that waits for a moderator, what caused it, and when he was last told of it. */
export type UndecidedRequest = {
  readonly request: Request;
  readonly cause: string;
  readonly toldAt: number;
};

type UndecidedRow = Row & { readonly seq: number; readonly cause: string; readonly told: number };

function undecidedFrom({ seq: _, cause, told: toldAt, ...row }: UndecidedRow): UndecidedRequest {
  return { request: requestOf(row), cause, toldAt };
}

/** All that wait for a moderator, page by page, those too whose time is over. */
export async function* undecidedRequests(db: Database): AsyncGenerator<UndecidedRequest> {
  for (let after = 0; ; ) {
    const rows: UndecidedRow[] = db.all(undecidedPage, { after, limit: page });
    for (const row of rows) yield undecidedFrom(row);
    const last = rows.at(-1);
    if (!last || rows.length < page) return;
    after = last.seq;
  }
}

/** The one of an address on a list. */
export function undecidedRequest(
  db: Database,
  list: Known,
  key: string,
): UndecidedRequest | undefined {
  const row = db.get(undecidedOf, { list: list.seq, key });
  return row && undecidedFrom(row);
}

/** Its time is over, and its subscriber was told. */
export function endRequest(db: Database, token: string): void {
  db.run(remove, { token });
}

/** Its moderators were told again. */
export function noteTold(db: Database, token: string, now: number): void {
  db.run(told, { token, now });
}
