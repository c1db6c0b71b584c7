/** Looking into the index: a posting, a thread, a month, an author. */
import { inflateRawSync } from 'node:zlib';
import type { VolumeName } from './places.ts';
import { type Database, statement } from './statement.ts';
import { perSecond } from './tables.ts';

const volumeBytes = statement<{ list: string; name: string }, { bytes: number }>(
  `select volume.bytes from volume join list on list.seq = volume.list
   where list.id = @list and volume.name = @name`,
);

/** How far a volume is in the index. */
export function indexedBytes(db: Database, { list, name }: VolumeName): number {
  return db.get(volumeBytes, { list, name })?.bytes ?? 0;
}

/** One posting, as listings show it. */
export type PostingRow = {
  readonly id: number;
  readonly list: string;
  readonly hash: string;
  readonly messageId: string;
  readonly thread: number;
  readonly authorKey: string | null;
  readonly authorName: string | null;
  readonly address: string | null;
  readonly subject: string;
  readonly isAnswer: number;
  readonly refs: Buffer;
  readonly received: number;
  readonly dated: number | null;
  readonly files: number;
  readonly state: 'whole' | 'redacted' | 'removed';
  readonly entry: string;
  /** What the list was called when it came, where that is not what the archive is called. */
  readonly called: string | null;
  readonly volume: string;
  readonly start: number;
  readonly size: number;
  readonly version: number;
};

/** What every question for postings begins with. */
export const selectPosting = `
  select p.id, list.id list, p.hash, p.message_id messageId, p.thread, author.key authorKey,
    author.name authorName, author.address, p.subject, p.is_answer isAnswer, p.refs, p.received,
    p.dated, p.files, p.state, p.entry, p.called, volume.name volume, p.start, p.size, p.version
  from posting p
  join list on list.seq = p.list
  join volume on volume.seq = p.volume
  left join author on author.seq = p.author`;

const byHash = statement<{ hash: string }, PostingRow>(
  `${selectPosting} where p.hash = @hash order by p.id`,
);
const byMessageId = statement<{ messageId: string; hash: string }, PostingRow>(
  `${selectPosting} where p.hash = @hash and p.message_id = @messageId order by p.id`,
);
const ofThread = statement<{ thread: number; after: number; most: number }, PostingRow>(
  `${selectPosting} where p.thread = @thread and p.id > @after order by p.id limit @most`,
);

/** The postings that a hash names: one for each list that it went to. */
export function postingsByHash(db: Database, hash: string): PostingRow[] {
  return db.all(byHash, { hash });
}

/** The same, by Message-ID; `hash` is that of the id. */
export function postingsById(db: Database, messageId: string, hash: string): PostingRow[] {
  return db.all(byMessageId, { messageId, hash });
}

/** Postings of a thread in the order of time, some at a time. */
export function threadPage(
  db: Database,
  thread: number,
  after: number,
  most: number,
): PostingRow[] {
  return db.all(ofThread, { thread, after, most });
}

const findText = statement<{ id: number }, { text: Buffer }>(
  'select text from body where id = @id',
);

/** The text of a posting as it is read; of one that was removed, none. */
export function textOf(db: Database, id: number): string {
  const found = db.get(findText, { id });
  return found ? inflateRawSync(found.text).toString('utf8') : '';
}

export type FileRow = {
  readonly part: number;
  readonly name: string;
  readonly type: string;
  readonly bytes: number;
};
const findFiles = statement<{ posting: number }, FileRow>(
  'select part, name, type, bytes from file where posting = @posting order by part',
);

/** What is attached to a posting. */
export function filesOf(db: Database, posting: number): FileRow[] {
  return db.all(findFiles, { posting });
}

/** The second of a posting's number, in ms. */
export function timeOfNumber(id: number): number {
  return Math.floor(id / perSecond) * 1000;
}

const ofList = statement<{ list: number; after: number; before: number; most: number }, PostingRow>(
  `${selectPosting} where p.list = @list and p.id > @after and p.id < @before
   order by p.id limit @most`,
);
const pageSize = 500;

/** The postings of a list, the oldest first; all, or those of a span of time (ms). */
export function* postingsOfList(
  db: Database,
  list: number,
  span?: { readonly from: number; readonly before: number },
): Generator<PostingRow> {
  const before = span ? Math.floor(span.before / 1000) * perSecond : Number.MAX_SAFE_INTEGER;
  let after = span ? Math.floor(span.from / 1000) * perSecond - 1 : -1;
  for (;;) {
    const page = db.all(ofList, { list, after, before, most: pageSize });
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    after = last.id;
  }
}
