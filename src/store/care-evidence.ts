/** What a bouncing member is shown: why, and which postings he missed. */
import type { Evidence, MissedPost } from '../model/care.ts';
import type { Known } from './lists.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';
import type { Tables } from './tables.ts';

/** Postings that a warning names. */
const maxMissed = 50;
/** Events that are followed back for it. */
const maxFollowed = 100;

const eventAt = query((p: { seq: number }) =>
  q.selectFrom('bounce_event').selectAll().where('seq', '=', p.seq),
);
const postSince = query((p: { list: number; since: number; limit: number }) =>
  q
    .selectFrom('posting')
    .select(['number', 'at', 'subject', 'author', 'message_id'])
    .where('list', '=', p.list)
    .where('at', '>=', p.since)
    .orderBy('number', 'desc')
    .limit(p.limit),
);
const countSince = query((p: { list: number; since: number }) =>
  q
    .selectFrom('posting')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('list', '=', p.list)
    .where('at', '>=', p.since),
);
const postOf = query((p: { list: number; root: string }) =>
  q
    .selectFrom('posting')
    .select(['number', 'at', 'subject', 'author', 'message_id'])
    .where('root', '=', p.root)
    .where('list', '=', p.list),
);

export type EventRecord = { readonly [N in keyof Tables['bounce_event']]: EventCell<N> };
type EventCell<N extends keyof Tables['bounce_event']> = N extends 'seq'
  ? number
  : Tables['bounce_event'][N];

/** A member's events, the newest first: each says which was before it. */
export function* eventsFrom(db: Database, last: number | null): Generator<EventRecord> {
  for (let seq = last; seq !== null; ) {
    // What was before may be forgotten by now.
    const row = db.get(eventAt, { seq });
    if (!row) return;
    yield row;
    seq = row.previous;
  }
}

/** What a letter to the member says of one failure. */
export function evidenceOf(db: Database, seq: number | null): Evidence | undefined {
  const row = seq === null ? undefined : db.get(eventAt, { seq });
  return row && evidence(row);
}

function evidence({ at, cause, status, diagnostic }: EventRecord): Evidence {
  return { at, cause, status, diagnostic };
}

/** The postings whose copies came back, and those since delivery was stopped. */
export function missedBy(
  db: Database,
  list: Known,
  lastEvent: number | null,
  disabledAt: number | null,
): { missed: readonly MissedPost[]; moreMissed: number } {
  const found = new Map<number, MissedPost>();
  let more = 0;
  if (disabledAt !== null) {
    const about = { list: list.seq, since: disabledAt };
    for (const row of db.all(postSince, { ...about, limit: maxMissed })) {
      found.set(row.number, postFrom(row));
    }
    more = Math.max(0, (db.get(countSince, about)?.count ?? 0) - maxMissed);
  }
  let followed = 0;
  for (const event of eventsFrom(db, lastEvent)) {
    followed += 1;
    if (followed > maxFollowed) break;
    const row = db.get(postOf, { list: list.seq, root: event.mailing });
    if (row) found.set(row.number, postFrom(row));
  }
  const all = [...found.values()].sort((a, b) => a.number - b.number);
  const missed = all.slice(-maxMissed);
  return { missed, moreMissed: more + all.length - missed.length };
}

function postFrom(row: {
  readonly number: number;
  readonly at: number;
  readonly subject: string;
  readonly author: string;
  readonly message_id: string;
}): MissedPost {
  const { number, at, subject, author, message_id: messageId } = row;
  return { number, at, subject, author, messageId };
}
