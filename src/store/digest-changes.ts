/** Applies what happens to digests. */
import { unreachable } from '../ground/errors.ts';
import type { DigestChange } from '../model/change-digest.ts';
import { rhythms } from '../model/digest.ts';
import type { Books } from './apply.ts';
import type { Logged } from './change-log.ts';
import { isRead } from './digest-readers.ts';
import { applyTurned } from './digest-turn.ts';
import { applyIssued } from './digest-variants.ts';
import { wantList } from './requests.ts';
import { q, query } from './sql.ts';
import type { Flag } from './tables.ts';

type Of<K extends DigestChange['kind']> = Extract<DigestChange, { kind: K }>;

const collect = query(
  (p: {
    list: number;
    file: string;
    number: number;
    upTo: number;
    thread: string;
    topics: string | null;
    messageId: string;
    parent: string;
    author: string;
    subject: string;
    bytes: number;
    wide: Flag;
    archived: Flag;
    at: number;
  }) =>
    q.insertInto('digest_posting').values({
      list: p.list,
      file: p.file,
      number: p.number,
      up_to: p.upTo,
      thread: p.thread,
      topics: p.topics,
      message_id: p.messageId,
      parent: p.parent,
      author: p.author,
      subject: p.subject,
      bytes: p.bytes,
      wide: p.wide,
      archived: p.archived,
      at: p.at,
    }),
);
const begin = query((p: { list: number; rhythm: (typeof rhythms)[number]; done: number }) =>
  q
    .insertInto('digest_stream')
    .values({
      list: p.list,
      rhythm: p.rhythm,
      done: p.done,
      volume: 1,
      number: 0,
      issued: null,
    })
    .onConflict((conflict) => conflict.doNothing()),
);
const unread = query(
  (p: { list: number; rhythm: (typeof rhythms)[number]; done: number; seq: number }) =>
    q
      .updateTable('digest_stream')
      .set({ done: p.seq })
      .where('list', '=', p.list)
      .where('rhythm', '=', p.rhythm)
      .where('done', '=', p.done),
);
const before = query((p: { list: number; seq: number }) =>
  q
    .selectFrom('digest_posting')
    .select((e) => e.fn.max('seq').as('seq'))
    .where('list', '=', p.list)
    .where('seq', '<', p.seq),
);

/** A posting waits in all streams of its list that have readers for it. */
function applyCollected(books: Books, { list: id, posting }: Of<'collected'>): undefined {
  const { db, now } = books;
  const list = wantList(books, id).seq;
  const { file, number, upTo, thread, messageId, parent, author, subject, bytes } = posting;
  const { lastKey: seq } = db.run(collect, {
    ...{ list, file, number, upTo, thread, messageId, parent, author, subject, bytes },
    topics: posting.topics === undefined ? null : JSON.stringify(posting.topics),
    wide: posting.wide ? 1 : 0,
    archived: posting.archived ? 1 : 0,
    at: now,
  });
  for (const rhythm of rhythms) {
    db.run(begin, { list, rhythm, done: seq - 1 });
    if (isRead(db, list, rhythm, number)) continue;
    // Only where nothing waits before it, which may have readers.
    const done = db.get(before, { list, seq })?.seq ?? seq - 1;
    db.run(unread, { list, rhythm, done, seq });
    db.run(unread, { list, rhythm, done: seq - 1, seq });
  }
}

export const digestAppliers = {
  collected: applyCollected,
  turned: applyTurned,
  issued: applyIssued,
} as const;

/** The line about a change. */
export function loggedDigest(change: DigestChange): Logged | undefined {
  const { kind, list } = change;
  switch (kind) {
    case 'collected':
      return undefined; // the posting has its own lines
    case 'turned':
      return { list, kind, subject: change.rhythm, detail: { why: change.why } };
    case 'issued':
      return { list, kind, subject: `${change.issue}` };
    default:
      return unreachable(change);
  }
}
