/**
 * Which thread a posting belongs to; threads grow together, and part where they were only guessed.
 *
 * A *strand* is what references tie together; a thread is one strand, or several by their subject.
 * Both are a function of the postings that are there, never of the order in which they came: an
 * index that was made anew says what the one before it said.
 */
import { folded } from '../mail/fold.ts';
import type { Database } from './statement.ts';
import * as table from './strand-rows.ts';
import { idHash, type List, quietPlace, regroup, ripOut, type Voice } from './strands.ts';

/** References that are looked at: of longer ones the nearest, and the first. */
export const maxReferences = 30;

export type Speaking = {
  /** Its Message-ID, hashed. */
  readonly own: Buffer;
  /** When it was written, ms. */
  readonly at: number;
  /** Bare. */
  readonly subject: string;
  readonly isAnswer: boolean;
};

export type NewPosting = Speaking & {
  readonly list: number;
  readonly id: number;
  readonly refs: readonly Buffer[];
};

/** What a posting says of the subject of its strand. */
export function voiceOf({ own, at, subject, isAnswer }: Speaking): Voice | undefined {
  if (subject === '') return undefined;
  return { headless: isAnswer ? 1 : 0, at, own, subject: idHash(folded(subject)) };
}

/** Finds or makes the thread of a new posting, joining those that it ties together. */
export function threadOf(db: Database, posting: NewPosting, version: number): number {
  const { list, id, own, refs } = posting;
  const voice = voiceOf(posting);
  const unknown: Buffer[] = [];
  let strand: number | undefined;
  for (const ref of [own, ...refs]) {
    const known = db.get(table.mentioned, { list, id: ref })?.strand;
    if (known === undefined) unknown.push(ref);
    else if (strand === undefined) strand = known;
    else if (known !== strand) strand = tied(db, { list, version }, strand, known);
  }
  if (strand === undefined) strand = begun(db, { list, version }, voice, id);
  else heard(db, { list, version }, strand, voice);
  for (const ref of unknown) db.run(table.mention, { list, id: ref, strand });
  const thread = db.get(table.strandOf, { seq: strand })?.thread ?? 0;
  db.run(table.grow, { thread, at: id });
  return thread;
}

/** Of two voices that which a strand speaks with: a question's, and the earlier one. */
export function first(a: Voice | undefined, b: Voice | undefined): Voice | undefined {
  if (!a || !b) return a ?? b;
  const order =
    a.headless - b.headless ||
    a.at - b.at ||
    Buffer.compare(a.own, b.own) ||
    Buffer.compare(a.subject, b.subject);
  return order <= 0 ? a : b;
}

/** What a strand speaks with; undefined: none of its postings has a subject. */
export function voiceIn(db: Database, seq: number): Voice | undefined {
  const { headless, at, own, subject } = db.get(table.strandOf, { seq }) ?? table.voiceless;
  return subject === null ? undefined : { headless, at, own, subject };
}

/** A strand of its own, in the thread that its subject says. */
function begun(db: Database, of: List, voice: Voice | undefined, id: number): number {
  const { list } = of;
  const place = voice ? quietPlace(db, list, voice) : 'alone';
  const thread =
    typeof place === 'number' ? place : db.run(table.beginThread, { list, at: id }).lastKey;
  const seq = db.run(table.beginStrand, { list, thread, ...(voice ?? table.voiceless) }).lastKey;
  if (voice && place === 'moves others') regroup(db, of, voice);
  return seq;
}

/** A posting of a strand may speak before the others. */
function heard(db: Database, of: List, seq: number, voice: Voice | undefined): void {
  const old = voiceIn(db, seq);
  const now = first(old, voice);
  if (now !== old) speak(db, of, seq, now);
}

/** Gives a strand another voice, and all that stand near the old one or the new one a thread. */
export function speak(db: Database, of: List, seq: number, voice: Voice | undefined): void {
  const old = voiceIn(db, seq);
  if (old) {
    ripOut(db, of, seq);
    db.run(table.speak, { seq, ...table.voiceless });
    regroup(db, of, old);
  }
  if (!voice) return;
  db.run(table.speak, { seq, ...voice });
  regroup(db, of, voice);
}

/** One strand of two: that of the larger thread takes the other one in. */
function tied(db: Database, of: List, a: number, b: number): number {
  const into = db.get(table.largerOf, { a, b })?.seq ?? a;
  const from = into === a ? b : a;
  const voice = voiceIn(db, from);
  speak(db, of, from, undefined);
  const was = db.get(table.strandOf, { seq: from })?.thread ?? 0;
  const thread = db.get(table.strandOf, { seq: into })?.thread ?? 0;
  db.run(table.moveMentions, { into, from });
  db.run(table.endStrand, { seq: from });
  db.run(table.movePostings, { into: thread, from: was, version: of.version });
  db.run(table.joinThread, { into: thread, from: was });
  db.run(table.endThread, { seq: was });
  heard(db, of, into, voice);
  return into;
}
