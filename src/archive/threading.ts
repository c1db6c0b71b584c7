/** Which thread a posting belongs to, as far as is known when it comes; threads grow together. */
import { createHash } from 'node:crypto';
import { folded } from '../mail/fold.ts';
import { type Database, statement } from './statement.ts';
import { perSecond } from './tables.ts';

/**
 * An answer to what nobody has belongs to the threads of its subject, within this time: to the
 * last one that a question began, and to all that are headless (begun by an answer, their question
 * not there). A question takes the headless ones in when it comes, so order hardly matters.
 */
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
const begin = statement<{ list: number; subject: Buffer | null; headless: number; at: number }>(
  `insert into thread (list, subject, headless, posts, first, latest)
   values (@list, @subject, @headless, 0, @at, @at)`,
);
const headlessOf = statement<{ seq: number }, { headless: number }>(
  'select headless from thread where seq = @seq',
);
const head = statement<{ seq: number; subject: Buffer | null }>(
  'update thread set subject = @subject, headless = 0 where seq = @seq',
);
const ofSubject = statement<
  { list: number; subject: Buffer; from: number; to: number },
  { seq: number }
>(
  `select seq from thread where list = @list and subject = @subject and headless = 0
     and latest >= @from and first <= @to order by latest desc limit 1`,
);
const headlessOnes = statement<
  { list: number; subject: Buffer; from: number; to: number },
  { seq: number }
>(
  `select seq from thread where list = @list and subject = @subject and headless = 1
     and latest >= @from and first <= @to order by seq`,
);
const grow = statement<{ thread: number; at: number }>(
  `update thread set posts = posts + 1, first = min(first, @at), latest = max(latest, @at)
   where seq = @thread`,
);
const join = statement<{ into: number; from: number }>(
  `update thread set (posts, first, latest) = (
     select sum(posts), min(first), max(latest) from thread where seq in (@into, @from)
   ), (subject, headless) = (
     select subject, headless from thread where seq in (@into, @from)
     order by headless, first limit 1
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
  const wasHeadless = thread !== undefined && db.get(headlessOf, { seq: thread })?.headless === 1;
  if (name && (thread === undefined || wasHeadless)) {
    for (const other of ofSameSubject(db, { list, id, isAnswer }, name)) {
      if (thread === undefined) thread = other;
      else if (other !== thread) thread = joined(db, thread, other, version);
    }
  }
  if (thread === undefined) {
    const headless = isAnswer ? 1 : 0;
    thread = db.run(begin, { list, subject: name, headless, at: id }).lastKey;
  } else if (!isAnswer && name && db.get(headlessOf, { seq: thread })?.headless === 1) {
    db.run(head, { seq: thread, subject: name });
  }
  for (const ref of unknown) db.run(mention, { list, id: ref, thread });
  db.run(grow, { thread, at: id });
  return thread;
}

/** The threads that a posting belongs to by its subject alone. */
function ofSameSubject(
  db: Database,
  { list, id, isAnswer }: Pick<NewPosting, 'list' | 'id' | 'isAnswer'>,
  subject: Buffer,
): readonly number[] {
  const span = (subjectMs / 1000) * perSecond;
  const near = { list, subject, from: id - span, to: id + span };
  const headless = db.all(headlessOnes, near);
  // Two questions of one subject are two threads: weekly reports are no conversation.
  const headed = isAnswer ? db.get(ofSubject, near) : undefined;
  return [...(headed ? [headed] : []), ...headless].map(({ seq }) => seq);
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
