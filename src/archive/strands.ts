/**
 * Strands of one subject, and which of them are one thread.
 *
 * In the order of time the strands of a subject are cut into runs, each a thread: before each
 * question (two questions of one subject are two threads: weekly reports are no conversation),
 * and where for long there was nothing. Answers to what nobody has so belong to the last question
 * before them; those that were there before their question are taken in by it.
 */
import { createHash } from 'node:crypto';
import type { Database } from './statement.ts';
import * as table from './strand-rows.ts';

/** Strands of a subject that are further apart have nothing to do with each other. */
const nearMs = 60 * 86_400_000;

/** What a strand is known by: its first question with a subject, or else its first answer. */
export type Voice = {
  /** 1: an answer's, for its question is not there. */
  readonly headless: number;
  readonly at: number;
  readonly own: Buffer;
  readonly subject: Buffer;
};

export type Strand = Omit<Voice, 'subject'> & {
  readonly seq: number;
  readonly thread: number;
  readonly subject: Buffer | null;
};

/** The list whose strands are looked at, and the version of the postings that are moved. */
export type List = { readonly list: number; readonly version: number };

type At = Pick<Voice, 'at' | 'own'>;

function isNear(earlier: At, later: At): boolean {
  return later.at - earlier.at <= nearMs;
}

/** The thread that a new strand of this voice joins; or it is alone, or moves other strands. */
export function quietPlace(
  db: Database,
  list: number,
  voice: Voice,
): number | 'alone' | 'moves others' {
  const found = db.get(table.before, { list, ...voice });
  const last = found && isNear(found, voice) ? found : undefined;
  const follows = db.get(table.after, { list, ...voice });
  const next = follows && isNear(voice, follows) ? follows : undefined;
  if (voice.headless === 0) {
    return last?.headless === 1 || next?.headless === 1 ? 'moves others' : 'alone';
  }
  if (last && next && !isNear(last, next)) return 'moves others';
  return (last ?? next)?.thread ?? 'alone';
}

/** Gives the strands around a place their threads, after what stands there has changed. */
export function regroup(db: Database, of: List, place: Voice): void {
  const taken = new Set<number>();
  for (const run of runsOf(strandsAround(db, of.list, place))) {
    const into = threadFor(db, of, run, taken);
    taken.add(into);
    for (const strand of run) if (strand.thread !== into) moveStrand(db, of, strand, into);
  }
}

/**
 * From the question before a place to the end of what the question after it is followed by: no
 * other run of the subject can change.
 */
function strandsAround(db: Database, list: number, place: Voice): Strand[] {
  const { subject } = place;
  const found: Strand[] = [];
  const earlier = (at: At) => db.get(table.before, { list, subject, at: at.at, own: at.own });
  const later = (at: At) => db.get(table.after, { list, subject, at: at.at, own: at.own });
  let edge: At = place;
  for (let one = earlier(place); one && isNear(one, edge); one = earlier(one)) {
    found.push(one);
    if (one.headless === 0) break;
    edge = one;
  }
  found.reverse();
  const here = db.get(table.onPlace, { list, ...place });
  if (here) found.push(here);
  edge = place;
  let questions = 0;
  for (let one = later(place); one && isNear(edge, one); one = later(one)) {
    if (one.headless === 0) questions += 1;
    if (questions > 1) break;
    found.push(one);
    edge = one;
  }
  return found;
}

function runsOf(strands: readonly Strand[]): Strand[][] {
  const runs: Strand[][] = [];
  let hasQuestion = false;
  for (const strand of strands) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    const isQuestion = strand.headless === 0;
    if (run && last && isNear(last, strand) && !(isQuestion && hasQuestion)) run.push(strand);
    else {
      runs.push([strand]);
      hasQuestion = false;
    }
    hasQuestion ||= isQuestion;
  }
  return runs;
}

/** The largest of its threads that no run before it has; a new one where there is none. */
function threadFor(
  db: Database,
  { list }: List,
  run: readonly Strand[],
  taken: ReadonlySet<number>,
): number {
  // What was before the first question is not looked at, and stays with it.
  const [begins] = run;
  if (taken.size === 0 && begins?.headless === 0) return begins.thread;
  let best: number | undefined;
  let most = -1;
  for (const { thread } of run) {
    const { posts } = db.get(table.postsOf, { seq: thread }) ?? { posts: 0 };
    if (taken.has(thread) || posts <= most) continue;
    best = thread;
    most = posts;
  }
  return best ?? db.run(table.beginThread, { list, at: 0 }).lastKey;
}

/** A strand that its thread only guessed to be its own gets one for itself. */
export function ripOut(db: Database, of: List, seq: number): void {
  const strand = db.get(table.strandOf, { seq });
  if (!strand || isAlone(db, strand.thread)) return;
  moveStrand(db, of, strand, db.run(table.beginThread, { list: of.list, at: 0 }).lastKey);
}

function isAlone(db: Database, thread: number): boolean {
  return db.get(table.isAlone, { thread })?.strands === 1;
}

function moveStrand(db: Database, of: List, { seq, thread: from }: Strand, into: number): void {
  const { list, version } = of;
  const isWhole = isAlone(db, from);
  db.run(table.putInThread, { seq, into });
  if (isWhole) {
    db.run(table.movePostings, { into, from, version });
    db.run(table.joinThread, { into, from });
    db.run(table.endThread, { seq: from });
    return;
  }
  for (const { id, messageId } of db.all(table.ownIds, { thread: from })) {
    const strand = db.get(table.mentioned, { list, id: idHash(messageId) })?.strand;
    if (strand === seq) db.run(table.movePosting, { id, into, version });
  }
  db.run(table.recount, { seq: from });
  db.run(table.recount, { seq: into });
}

/** Eight bytes that stand for a Message-ID: enough to tell those of one list apart. */
export function idHash(id: string): Buffer {
  return createHash('sha1').update(id).digest().subarray(0, 8);
}
