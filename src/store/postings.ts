/** Postings that were accepted: each has the next number of its list, once. */
import type { Change } from '../model/change.ts';
import type { Books } from './apply.ts';
import { countAccepted } from './seen.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

const add = query(
  (p: {
    list: number;
    number: number;
    root: string;
    messageId: string;
    author: string;
    subject: string;
    at: number;
  }) =>
    q.insertInto('posting').values({
      list: p.list,
      number: p.number,
      root: p.root,
      message_id: p.messageId,
      author: p.author,
      subject: p.subject,
      at: p.at,
    }),
);
const count = query((p: { list: number }) =>
  q
    .updateTable('list')
    .set((e) => ({ postings: e('postings', '+', 1) }))
    .where('seq', '=', p.list)
    .returning('postings'),
);
const numberOf = query((p: { list: number; root: string }) =>
  q.selectFrom('posting').select('number').where('list', '=', p.list).where('root', '=', p.root),
);

/** The number of a posting on its list, if it has one. */
export function postingNumber(db: Database, list: number, root: string): number | undefined {
  return db.get(numberOf, { list, root })?.number;
}

/** A posting accepted twice (by two causes) keeps its first number. */
export function applyAccepted(
  { db, lists, now }: Books,
  change: Extract<Change, { kind: 'accepted' }>,
): undefined {
  const list = lists.find(change.list)?.seq;
  if (list === undefined) throw new Error(`no list ${change.list}`);
  if (postingNumber(db, list, change.posting) !== undefined) return;
  const number = db.get(count, { list })?.postings;
  if (number === undefined) throw new Error(`no list ${change.list}`);
  db.run(add, {
    list,
    number,
    root: change.posting,
    messageId: change.messageId,
    author: change.author,
    subject: change.subject,
    at: now,
  });
  countAccepted(db, list, change.author);
}

const authenticate = query((p: { list: number; root: string; results: string }) =>
  q
    .updateTable('posting')
    .set({ authenticated: p.results })
    .where('list', '=', p.list)
    .where('root', '=', p.root),
);

/** Of a posting that is forgotten by now nothing need be known. */
export function applyAuthenticated(
  { db, lists }: Books,
  { list, posting, results }: Extract<Change, { kind: 'authenticated' }>,
): undefined {
  const seq = lists.find(list)?.seq;
  if (seq !== undefined) db.run(authenticate, { list: seq, root: posting, results });
}
