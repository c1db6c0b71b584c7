/** What came to a list before: Message-IDs, rates, how often somebody posted. */
import { type Address, addressKey, parseAddress } from '../mail/address.ts';
import type { Change } from '../model/change.ts';
import type { ListId } from '../model/ids.ts';
import type { Past, PastOrder } from '../model/posting.ts';
import type { Books } from './apply.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

/** Longer ones are told apart by their beginning. */
const maxMessageId = 500;

const byId = query((p: { list: number; id: string }) =>
  q
    .selectFrom('seen')
    .select(['seq', 'root', 'at'])
    .where('list', '=', p.list)
    .where('message_id', '=', p.id),
);
// Counted no further than it matters: who reads on through a flood helps it.
const byAuthor = query((p: Counted & { author: string }) =>
  q
    .selectFrom((e) =>
      e
        .selectFrom('seen')
        .select('seq')
        .where('list', '=', p.list)
        .where('author', '=', p.author)
        .where('at', '>', p.since)
        .where('root', '!=', p.root)
        .limit(p.most)
        .as('some'),
    )
    .select((e) => e.fn.countAll<number>().as('count')),
);
const ofAll = query((p: Counted) =>
  q
    .selectFrom((e) =>
      e
        .selectFrom('seen')
        .select('seq')
        .where('list', '=', p.list)
        .where('at', '>', p.since)
        .where('root', '!=', p.root)
        .limit(p.most)
        .as('some'),
    )
    .select((e) => e.fn.countAll<number>().as('count')),
);
type Counted = { list: number; since: number; root: string; most: number };

const acceptedOf = query((p: { list: number; author: string }) =>
  q
    .selectFrom('poster')
    .select('accepted')
    .where('list', '=', p.list)
    .where('author', '=', p.author),
);
const add = query(
  (p: { list: number; id: string | null; author: string; root: string; at: number }) =>
    q.insertInto('seen').values({
      list: p.list,
      message_id: p.id,
      author: p.author,
      root: p.root,
      at: p.at,
    }),
);
const forget = query((p: { seq: number }) => q.deleteFrom('seen').where('seq', '=', p.seq));
const countOne = query((p: { list: number; author: string }) =>
  q
    .insertInto('poster')
    .values({ list: p.list, author: p.author, accepted: 1 })
    .onConflict((conflict) =>
      conflict
        .columns(['list', 'author'])
        .doUpdateSet((e) => ({ accepted: e('poster.accepted', '+', 1) })),
    ),
);

/** What the rules want to know of the past of a posting. */
export function pastOf(db: Database, list: number, order: PastOrder): Past {
  const { messageId, author, root, idsSince, countsSince } = order;
  const same = messageId ? db.get(byId, { list, id: idOf(messageId) }) : undefined;
  const isKnown = same !== undefined && same.root !== root && same.at > idsSince;
  const none = { sameId: isKnown ? same.root : undefined };
  if (countsSince === undefined) return { ...none, accepted: 0, recentByAuthor: 0, recent: 0 };
  const counted = { list, since: countsSince, root };
  return {
    ...none,
    accepted: author ? (db.get(acceptedOf, { list, author })?.accepted ?? 0) : 0,
    recentByAuthor: author
      ? (db.get(byAuthor, { ...counted, author, most: order.mostByAuthor })?.count ?? 0)
      : 0,
    recent: db.get(ofAll, { ...counted, most: order.most })?.count ?? 0,
  };
}

/**
 * Notes a posting that was accepted or held. The first of two with one Message-ID keeps it, until
 * nobody would know it again; so who came first is decided here, in one transaction.
 */
export function applySeen(
  { db, lists, now }: Books,
  change: Extract<Change, { kind: 'seen' }>,
): undefined {
  const list = wantSeq(lists.find(change.list)?.seq, change.list);
  const id = change.messageId === '' ? null : idOf(change.messageId);
  const same = id === null ? undefined : db.get(byId, { list, id });
  const isKnown = same !== undefined && same.at > now - change.knownMs;
  if (same !== undefined && !isKnown) db.run(forget, { seq: same.seq });
  const row = { list, author: change.author, root: change.posting, at: now };
  db.run(add, { ...row, id: isKnown ? null : id });
}

/** One more posting of an author, as `accepted` has him. */
export function countAccepted(db: Database, list: number, author: string): void {
  const address: Address | undefined = parseAddress(author);
  if (address !== undefined) db.run(countOne, { list, author: addressKey(address) });
}

function idOf(messageId: string): string {
  return messageId.slice(0, maxMessageId);
}

function wantSeq(seq: number | undefined, id: ListId): number {
  if (seq === undefined) throw new Error(`no list ${id}`);
  return seq;
}

const someOld = query((p: { before: number; limit: number }) =>
  q.selectFrom('seen').select('seq').where('at', '<', p.before).limit(p.limit),
);

/** Forgets at most `limit` of those seen before `before`; the number of them. */
export function forgetSeen(db: Database, before: number, limit: number): number {
  const rows = db.all(someOld, { before, limit });
  db.transaction(() => {
    for (const { seq } of rows) db.run(forget, { seq });
  });
  return rows.length;
}
