/** What moderators decided about requests: kept for a while, for those who decide later. */
import type { Address } from '../mail/address.ts';
import type { SubscriptionChange } from '../model/change-subscription.ts';
import { listId } from '../model/ids.ts';
import type { RequestDecided, RequestDecision } from '../model/request.ts';
import type { Books } from './apply.ts';
import { isSpelling } from './spellings.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

/** A step of the migrations. */
export const requestDecisionTables = `
create table request_decided (
  token text primary key,
  list integer not null references list (seq) on delete cascade,
  key text not null,
  address text not null,
  wish text not null check (wish in ('join', 'leave')),
  decision text not null check (decision in ('accept', 'reject')),
  decided_by text not null,
  at integer not null
) strict, without rowid;
create index request_decided_key on request_decided (key, at);
create index request_decided_at on request_decided (at);
`;

export type RequestDecisionTables = {
  request_decided: {
    token: string;
    list: number;
    key: string;
    address: string;
    wish: RequestDecided['wish'];
    decision: RequestDecision;
    decided_by: string;
    at: number;
  };
};

/** How long a decision is remembered; as that about a held posting. */
const memoryMs = 60 * 86_400_000;

function decisions() {
  return q
    .selectFrom('request_decided')
    .innerJoin('list', 'list.seq', 'request_decided.list')
    .select(['list.id as list', 'address', 'wish', 'decision', 'decided_by as by', 'at']);
}

const byToken = query((p: { token: string }) => decisions().where('token', '=', p.token));
const ofKey = query((p: { key: string }) =>
  decisions().where('key', '=', p.key).orderBy('at', 'desc'),
);
const madeBy = query((p: { key: string; limit: number }) =>
  q
    .selectFrom('request_decided')
    .innerJoin('list', 'list.seq', 'request_decided.list')
    .select(['list.id as list', 'wish', 'decision', 'at'])
    .where(isSpelling('decided_by', p.key))
    .limit(p.limit),
);
const insert = query((p: RequestDecisionTables['request_decided']) => {
  const { token, list, key, address, wish, decision, decided_by, at } = p;
  return q
    .insertInto('request_decided')
    .values({ token, list, key, address, wish, decision, decided_by, at })
    .onConflict((conflict) => conflict.doNothing());
});
const old = query((p: { before: number; limit: number }) =>
  q
    .deleteFrom('request_decided')
    .where('token', 'in', (e) =>
      e.selectFrom('request_decided').select('token').where('at', '<', p.before).limit(p.limit),
    ),
);
const countOld = query((p: { before: number }) =>
  q
    .selectFrom('request_decided')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('at', '<', p.before),
);
const forgetKey = query((p: { key: string }) =>
  q.deleteFrom('request_decided').where('key', '=', p.key),
);
const forgetMaker = query((p: { key: string; gone: string }) =>
  q
    .updateTable('request_decided')
    .set({ decided_by: p.gone })
    .where(isSpelling('decided_by', p.key)),
);

type Row = Omit<RequestDecided, 'list' | 'address'> & { list: string; address: string };

/** The database holds what was checked when it came in; here it gets its types back. */
function decidedOf(row: Row): RequestDecided {
  return { ...row, list: listId(row.list), address: row.address as Address };
}

/** What was decided about the request that had this token. */
export function decisionBy(db: Database, token: string): RequestDecided | undefined {
  const row = db.get(byToken, { token });
  return row && decidedOf(row);
}

/** What was decided about an address, the newest first. */
export function decisionsOf(db: Database, key: string): RequestDecided[] {
  return db.all(ofKey, { key }).map(decidedOf);
}

/** What somebody decided about others. */
export function decisionsMadeBy(db: Database, key: string, limit: number): unknown[] {
  return db.all(madeBy, { key, limit });
}

/** Remembers a decision; one about a list that is gone is no use. */
export function applyRequestDecided(
  { db, lists, now }: Books,
  { list, request, decision, by }: Extract<SubscriptionChange, { kind: 'request-decided' }>,
): undefined {
  const known = lists.find(list);
  if (!known) return;
  const { token, key, address, kind } = request;
  const wish = kind === 'leave' ? 'leave' : 'join';
  const about = { token, list: known.seq, key, address, wish } as const;
  db.run(insert, { ...about, decision, decided_by: by, at: now });
}

/** How many decisions are too old to be told. */
export function oldDecisions(db: Database, now: number): number {
  return db.get(countOld, { before: now - memoryMs })?.count ?? 0;
}

/** Forgets them, a page of them; the number. */
export function forgetOldDecisions(db: Database, now: number, limit: number): number {
  return db.run(old, { before: now - memoryMs, limit }).changes;
}

/** Forgets what was decided about an address, and that it was its owner who decided. */
export function forgetDecisions(db: Database, key: string, gone: string): void {
  db.run(forgetKey, { key });
  db.run(forgetMaker, { key, gone });
}
