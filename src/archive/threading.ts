/** Which thread a posting belongs to, as far as is known when it comes; threads grow together. */
import { createHash } from 'node:crypto';
import { folded } from '../mail/fold.ts';
import { type Database, statement } from './statement.ts';
import { perSecond } from './tables.ts';

/** An answer without references belongs to the last thread of its subject, within this time. */
const subjectMs = 60 * 86_400_000;
/** References that are looked at: of longer ones the nearest, and the first. */
export const maxReferences = 30;

/** Eight bytes that stand for a Message-ID: enough to tell those of one list apart. */
export function idHash(id: string): Buffer {
  return createHash('sha1').update(id).digest().subarray(0, 8);
}

export type NewPosting = {
  readonly list: number;
  readonly id: number;
  readonly own: Buffer;
  readonly refs: readonly Buffer[];
  /** Bare. */
  readonly subject: string;
  readonly isAnswer: boolean;
};

const mentioned = statement<{ list: number; id: Buffer }, { thread: number }>(
  'select thread from mention where list = @list and id = @id',
);
const mention = statement<{ list: number; id: Buffer; thread: number }>(
  'insert into mention (list, id, thread) values (@list, @id, @thread)',
);
const begin = statement<{ list: number; subject: Buffer | null; at: number }>(
  `insert into thread (list, subject, posts, first, latest) values (@list, @subject, 0, @at, @at)`,
);
const ofSubject = statement<
  { list: number; subject: Buffer; from: number; to: number },
  { seq: number }
>(
  `select seq from thread where list = @list and subject = @subject and latest between @from and @to
   order by latest desc limit 1`,
);
const grow = statement<{ thread: number; at: number }>(
  `update thread set posts = posts + 1, first = min(first, @at), latest = max(latest, @at)
   where seq = @thread`,
);
const join = statement<{ into: number; from: number }>(
  `update thread set (posts, first, latest) = (
     select sum(posts), min(first), max(latest) from thread where seq in (@into, @from)
   ) where seq = @into`,
);
const moveMentions = statement<{ into: number; from: number }>(
  'update mention set thread = @into where thread = @from',
);
const movePostings = statement<{ into: number; from: number; version: number }>(
  'update posting set thread = @into, version = @version where thread = @from',
);
const end = statement<{ from: number }>('delete from thread where seq = @from');
const sizes = statement<{ a: number; b: number }, { seq: number }>(
  'select seq from thread where seq in (@a, @b) order by posts desc, seq limit 1',
);

/** Finds or makes the thread of a new posting, joining those that it ties together. */
export function threadOf(db: Database, posting: NewPosting, version: number): number {
  const { list, id, own, refs, subject, isAnswer } = posting;
  const unknown: Buffer[] = [];
  let thread: number | undefined;
  for (const ref of [own, ...refs]) {
    const known = db.get(mentioned, { list, id: ref })?.thread;
    if (known === undefined) unknown.push(ref);
    else if (thread === undefined) thread = known;
    else if (known !== thread) thread = joined(db, thread, known, version);
  }
  const name = subject === '' ? null : idHash(folded(subject));
  if (thread === undefined && refs.length === 0 && isAnswer && name) {
    const span = (subjectMs / 1000) * perSecond;
    thread = db.get(ofSubject, { list, subject: name, from: id - span, to: id + span })?.seq;
  }
  thread ??= db.run(begin, { list, subject: name, at: id }).lastKey;
  for (const ref of unknown) db.run(mention, { list, id: ref, thread });
  db.run(grow, { thread, at: id });
  return thread;
}

/** The larger of two threads takes the other one in. */
function joined(db: Database, a: number, b: number, version: number): number {
  const into = db.get(sizes, { a, b })?.seq ?? a;
  const from = into === a ? b : a;
  db.run(join, { into, from });
  db.run(moveMentions, { into, from });
  db.run(movePostings, { into, from, version });
  db.run(end, { from });
  return into;
}
