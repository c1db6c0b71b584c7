/** The postings of a digest by threads: the order in which they are read. */
import { bareSubject } from '../mail/subject.ts';
import type { DigestPosting } from '../model/digest.ts';

/** What began a thread, as far as this digest has it, and what answers it. */
export type Thread = readonly [DigestPosting, ...DigestPosting[]];

/**
 * Threads in the order of their first postings. What holds one together is the message that it
 * all began with; where a program names only the last one before it, that; at last the subject of
 * an answer.
 */
export function threadsOf(postings: readonly DigestPosting[], prefix: string): readonly Thread[] {
  const groups: [DigestPosting, ...DigestPosting[]][] = [];
  const known = new Map<string, [DigestPosting, ...DigestPosting[]]>();
  const sorted = [...postings].sort((a, b) => a.number - b.number || a.seq - b.seq);
  for (const posting of sorted) {
    const { thread, messageId, parent } = posting;
    const { text, isAnswer } = bareSubject(posting.subject, prefix);
    const subject = `subject ${text.toLowerCase()}`;
    const marks = [
      ...(thread === '' ? [] : [`thread ${thread}`]),
      ...(messageId === '' ? [] : [`id ${messageId}`]),
    ];
    const asks = [...marks, `id ${parent}`, ...(isAnswer && text !== '' ? [subject] : [])];
    const found = asks.map((mark) => known.get(mark)).find((group) => group !== undefined);
    const group = found ?? [posting];
    if (found) found.push(posting);
    else groups.push(group);
    for (const mark of [...marks, subject]) if (!known.has(mark)) known.set(mark, group);
  }
  return groups;
}
