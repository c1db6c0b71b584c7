/** Requests that wait for a moderator, as maintenance goes through them. */
import { StaleView } from '../ground/errors.ts';
import type { SubscriptionChange } from '../model/change-subscription.ts';
import { type ListId, listId } from '../model/ids.ts';
import type { UndecidedRequest } from '../model/request.ts';
import type { Books } from './apply.ts';
import type { Known } from './lists.ts';
import { type Row, requestOf, requests } from './requests.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

const page = 1000;

function undecided() {
  return requests()
    .select(['request.seq', 'request.cause', 'request.told'])
    .where('request.waits', '=', 'moderator');
}

const undecidedPage = query((p: { after: number; limit: number }) =>
  undecided().where('request.seq', '>', p.after).orderBy('request.seq').limit(p.limit),
);
const undecidedOf = query((p: { list: number; key: string }) =>
  undecided().where('request.list', '=', p.list).where('request.key', '=', p.key),
);
const undecidedOn = query((p: { list: number; limit: number }) =>
  undecided().where('request.list', '=', p.list).orderBy('request.seq').limit(p.limit),
);
const listsUndecided = query(() =>
  q
    .selectFrom('request')
    .innerJoin('list', 'list.seq', 'request.list')
    .select('list.id')
    .distinct()
    .where('request.waits', '=', 'moderator')
    .orderBy('list.id'),
);
const told = query((p: { token: string; now: number; seen: number }) =>
  q
    .updateTable('request')
    .set({ told: p.now })
    .where('token', '=', p.token)
    .where('told', '=', p.seen),
);

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

/** Those of a list, the oldest first. */
export function undecidedRequestsOn(db: Database, list: Known): UndecidedRequest[] {
  return db.all(undecidedOn, { list: list.seq, limit: page }).map(undecidedFrom);
}

/** The lists that have one. */
export function listsOfUndecided(db: Database): ListId[] {
  return db.all(listsUndecided, {}).map(({ id }) => listId(id));
}

/** Moderators were told of a request. */
export function applyRequestShown(
  { db, now }: Books,
  { token, toldAt }: Extract<SubscriptionChange, { kind: 'request-shown' }>,
): undefined {
  if (db.run(told, { token, now, seen: toldAt }).changes === 0) {
    throw new StaleView('a request was decided, or told, meanwhile');
  }
}
