/** What waits for somebody's word: one open request of an address on a list for each purpose. */
import { StaleView } from '../ground/errors.ts';
import type { Address, AddressKey } from '../mail/address.ts';
import type { SubscriptionChange } from '../model/change-subscription.ts';
import { listId } from '../model/ids.ts';
import type { Request, RequestKind } from '../model/request.ts';
import type { Books } from './apply.ts';
import type { Known } from './lists.ts';
import { q, query, sql } from './sql.ts';
import type { Database } from './sqlite.ts';
import type { Slot } from './subscription-tables.ts';

/** Requests with their lists: where every query about them begins. */
export function requests() {
  return q
    .selectFrom('request')
    .innerJoin('list', 'list.seq', 'request.list')
    .select([
      'list.id as list',
      'request.key',
      'request.address',
      'request.kind',
      'request.waits',
      'request.token',
      'request.detail',
      'request.made',
      'request.expires',
    ]);
}

/** What waits for a moderator does so until maintenance carries out what the list wants then. */
function isOpen(now: number) {
  return sql<boolean>`(request.waits = 'moderator' or request.expires > ${now})`;
}

const byToken = query((p: { token: string; now: number }) =>
  requests().where('request.token', '=', p.token).where(isOpen(p.now)),
);
const inSlot = query((p: { list: number; key: string; slot: string; now: number }) =>
  requests()
    .where('request.list', '=', p.list)
    .where('request.key', '=', p.key)
    .where('request.slot', '=', p.slot as Slot)
    .where(isOpen(p.now)),
);
const ofKey = query((p: { list: number; key: string }) =>
  requests().where('request.list', '=', p.list).where('request.key', '=', p.key),
);
const everyOfKey = query((p: { key: string }) => requests().where('request.key', '=', p.key));
const insert = query(
  (p: {
    list: number;
    key: string;
    address: string;
    kind: RequestKind;
    slot: Slot;
    waits: Request['waits'];
    token: string;
    detail: string;
    made: number;
    expires: number;
    cause: string;
    told: number;
  }) =>
    q.insertInto('request').values({
      list: p.list,
      key: p.key,
      address: p.address,
      kind: p.kind,
      slot: p.slot,
      waits: p.waits,
      token: p.token,
      detail: p.detail,
      made: p.made,
      expires: p.expires,
      cause: p.cause,
      told: p.told,
    }),
);
const removeSlot = query((p: { list: number; key: string; slot: string }) =>
  q
    .deleteFrom('request')
    .where('list', '=', p.list)
    .where('key', '=', p.key)
    .where('slot', '=', p.slot as Slot),
);
const expire = query((p: { now: number; limit: number }) =>
  q
    .deleteFrom('request')
    .where('seq', 'in', (e) =>
      e
        .selectFrom('request')
        .select('seq')
        .where('expires', '<=', p.now)
        .where('waits', '=', 'subscriber')
        .limit(p.limit),
    ),
);
const countExpired = query((p: { now: number }) =>
  q
    .selectFrom('request')
    .select(sql<number>`count(*)`.as('count'))
    .where('expires', '<=', p.now)
    .where('waits', '=', 'subscriber'),
);
const forgetKey = query((p: { key: string }) => q.deleteFrom('request').where('key', '=', p.key));

export type Row = Omit<Request, 'detail' | 'list' | 'address' | 'key'> & {
  readonly list: string;
  readonly address: string;
  readonly key: string;
  readonly detail: string;
};

/** The database holds what was checked when it came in; here it gets its types back. */
export function requestOf(row: Row): Request {
  return {
    ...row,
    list: listId(row.list),
    address: row.address as Address,
    key: row.key as AddressKey,
    detail: JSON.parse(row.detail) as Request['detail'],
  };
}

/** What of an address and list there is one of, to which a kind belongs. */
export function slotOf(kind: RequestKind): Slot {
  return kind === 'orders' || kind === 'move' ? kind : 'subscription';
}

/** The open request that a token stands for. */
export function requestBy(db: Database, token: string, now: number): Request | undefined {
  const row = db.get(byToken, { token, now });
  return row && requestOf(row);
}

/** The open request to join or leave. */
export function subscriptionRequest(
  db: Database,
  list: Known,
  key: string,
  now: number,
): Request | undefined {
  return openIn(db, list, key, 'subscription', now);
}

function openIn(
  db: Database,
  list: Known,
  key: string,
  slot: Slot,
  now: number,
): Request | undefined {
  const row = db.get(inSlot, { list: list.seq, key, slot, now });
  return row && requestOf(row);
}

/** The requests of an address on a list. */
export function requestsOf(db: Database, list: Known, key: string): Request[] {
  return db.all(ofKey, { list: list.seq, key }).map(requestOf);
}

/** The requests of an address on all lists. */
export function allRequestsOf(db: Database, key: string): Request[] {
  return db.all(everyOfKey, { key }).map(requestOf);
}

/**
 * Ends the open request of a slot, if it is the one that was seen; otherwise the view was stale.
 * What has expired is as good as gone.
 */
export function closeSeen(
  { db, now }: Books,
  list: Known,
  key: string,
  slot: Slot,
  seen: string | null,
): void {
  const open = openIn(db, list, key, slot, now);
  if ((open?.token ?? null) !== seen) throw new StaleView(`another request of ${key} is open now`);
  db.run(removeSlot, { list: list.seq, key, slot });
}

/** Opens a request in the place of what it was based on. */
export function applyRequested(
  books: Books,
  { request, seen, list, untold }: Extract<SubscriptionChange, { kind: 'requested' }>,
): undefined {
  const known = wantList(books, list);
  const slot = slotOf(request.kind);
  closeSeen(books, known, request.key, slot, seen);
  books.db.run(insert, {
    list: known.seq,
    key: request.key,
    address: request.address,
    kind: request.kind,
    slot,
    waits: request.waits,
    token: request.token,
    detail: JSON.stringify(request.detail),
    made: request.made,
    expires: request.expires,
    cause: books.cause,
    told: untold ? 0 : request.made,
  });
}

/** Closes a request. */
export function applyRequestClosed(
  books: Books,
  { request, list }: Extract<SubscriptionChange, { kind: 'request-closed' }>,
): undefined {
  closeSeen(books, wantList(books, list), request.key, slotOf(request.kind), request.token);
}

/** A list that is gone meanwhile takes its requests with it: the step looks again. */
export function wantList({ lists }: Books, id: string): Known {
  const known = lists.find(id);
  if (!known) throw new StaleView(`the list ${id} is gone`);
  return known;
}

/** Forgets requests that nobody confirmed in time, a page of them; the number. */
export function expireRequests(db: Database, now: number, limit: number): number {
  return db.run(expire, { now, limit }).changes;
}

/** How many are past their time. */
export function expiredRequests(db: Database, now: number): number {
  return db.get(countExpired, { now })?.count ?? 0;
}

/** Forgets the requests of an address; how many there were. */
export function forgetRequests(db: Database, key: string): number {
  return db.run(forgetKey, { key }).changes;
}
