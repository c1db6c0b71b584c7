/** Taking a posting out of the index: its text and names go, its place in the thread may stay. */
import { timeOf } from './facts.ts';
import type { PostingRow } from './index-look.ts';
import { knownList, nextVersion } from './index-write.ts';
import { type Database, statement } from './statement.ts';
import { mentioned, strandOf } from './strand-rows.ts';
import { idHash, type Voice } from './strands.ts';
import { inThread, postingsOfThread } from './thread-view.ts';
import { first, speak, voiceIn, voiceOf } from './threading.ts';

type Id = { id: number };
const dropBody = statement<Id>('delete from body where id = @id');
const dropFiles = statement<Id>('delete from file where posting = @id');
const dropWords = statement<Id>('delete from words where rowid = @id');
const dropPosting = statement<Id>('delete from posting where id = @id');
const shrink = statement<{ thread: number }>(
  'update thread set posts = posts - 1 where seq = @thread',
);
const uncount = statement<Id>(
  `update author set posts = posts - 1 where seq = (select author from posting where id = @id)`,
);
const forget = statement<Id>(
  `update author set name = '', address = '' where posts <= 0
   and seq = (select author from posting where id = @id)`,
);
const touchAuthor = statement<Id & { version: number }>(
  `update posting set version = @version
   where author = (select author from posting where id = @id) and author <> 0`,
);
const bury = statement<Id & { version: number }>(
  `update posting set state = 'removed', subject = '', files = 0, version = @version where id = @id`,
);

function dropText(db: Database, id: number): void {
  for (const query of [dropBody, dropFiles, dropWords, uncount, forget]) db.run(query, { id });
}

/** Leaves a tombstone. False: it was removed before. */
export function buryPosting(db: Database, row: PostingRow): boolean {
  const { id, state } = row;
  if (state === 'removed') return false;
  db.transaction(() => {
    const version = nextVersion(db);
    dropText(db, id);
    db.run(bury, { id, version });
    rethread(db, row, version);
  });
  return true;
}

/** Takes a posting out whose place another one has. */
export function dropReplaced(db: Database, row: PostingRow): void {
  const { id, thread } = row;
  db.transaction(() => {
    const version = nextVersion(db);
    // Who wrote it may no longer be known: what shows his postings is stale.
    db.run(touchAuthor, { id, version });
    dropText(db, id);
    db.run(dropPosting, { id });
    db.run(shrink, { thread });
    rethread(db, row, version);
  });
}

/** A strand that spoke with what was taken out speaks with what is left. */
function rethread(db: Database, row: PostingRow, version: number): void {
  const own = idHash(row.messageId);
  const list = knownList(db, row.list) ?? 0;
  const seq = db.get(mentioned, { list, id: own })?.strand;
  if (seq === undefined || voiceIn(db, seq)?.own.equals(own) !== true) return;
  const { thread } = db.get(strandOf, { seq }) ?? row;
  let voice: Voice | undefined;
  for (const posting of postingsOfThread(db, thread)) {
    if (posting.state === 'removed') continue;
    const id = idHash(posting.messageId);
    if (db.get(mentioned, { list, id })?.strand !== seq) continue;
    const { subject, isAnswer } = inThread(posting);
    const at = timeOf(posting.received, posting.dated ?? undefined);
    voice = first(voice, voiceOf({ own: id, at, subject, isAnswer }));
  }
  speak(db, { list, version }, seq, voice);
}

/**
 * Works on the index so that nothing is left of what is taken out: not in pages that are free now,
 * not in the segments of the full text search, not in the log.
 */
export function scrubbing(db: Database, work: () => void): void {
  db.pragma('secure_delete = on');
  // Whoever hears that it is gone must not find it again after a power cut.
  const synchronous = db.pragma('synchronous');
  db.pragma('synchronous = full');
  try {
    work();
    db.exec(`insert into words (words) values ('optimize')`);
    db.pragma('wal_checkpoint(truncate)');
  } finally {
    db.pragma('secure_delete = off');
    db.pragma(`synchronous = ${String(synchronous)}`);
  }
}
