/** A whole thread, as a tree. */
import { threadSubject } from '../mail/subject.ts';
import { prefixOf } from './facts.ts';
import { type PostingRow, threadPage, timeOfNumber } from './index-look.ts';
import { type ThreadMessage, type ThreadNode, threadTrees } from './jwz.ts';
import type { Database } from './statement.ts';
import { idHash } from './strands.ts';

const pageSize = 1000;
/** Longer threads are shown up to here. */
const maxPostings = 10_000;

export type ThreadPosting = ThreadMessage & { readonly row: PostingRow };

/** The postings of a thread, the oldest first. */
export function* postingsOfThread(db: Database, thread: number): Generator<PostingRow> {
  let after = -1;
  for (let count = 0; count < maxPostings; ) {
    const page = threadPage(db, thread, after, pageSize);
    yield* page;
    count += page.length;
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    after = last.id;
  }
}

/** The trees of a thread: more than one where only the subject holds it together. */
export function treesOfThread(db: Database, thread: number): ThreadNode<ThreadPosting>[] {
  return threadTrees([...postingsOfThread(db, thread)].map(inThread));
}

/** What threading needs of a row. */
export function inThread(row: PostingRow): ThreadPosting {
  const { subject, isAnswer, refs, messageId } = row;
  const references: string[] = [];
  for (let at = 0; at < refs.length; at += 8) references.push(refs.toString('hex', at, at + 8));
  return {
    id: idHash(messageId).toString('hex'),
    references,
    subject: threadSubject(subject, prefixOf(row.called ?? row.list)).text,
    isAnswer: isAnswer === 1,
    at: timeOfNumber(row.id),
    row,
  };
}
