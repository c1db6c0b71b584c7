/** Writing into the index: one posting, and what is counted with it. */
import { deflateRawSync } from 'node:zlib';
import { searchText } from '../mail/fold.ts';
import type { Author, Facts } from './facts.ts';
import { type Database, statement } from './statement.ts';
import { idHash } from './strands.ts';
import { perSecond } from './tables.ts';
import { threadOf } from './threading.ts';

/** The fastest: texts are short, and there are many of them. */
const deflateLevel = 1;

const findList = statement<{ id: string }, { seq: number }>('select seq from list where id = @id');
const addList = statement<{ id: string }>(
  'insert into list (id) values (@id) on conflict do nothing',
);
const bump = statement<object, { value: number }>(
  'update version set value = value + 1 where id = 1 returning value',
);
const lastOfSecond = statement<{ from: number; to: number }, { last: number | null }>(
  'select max(id) last from posting where id >= @from and id < @to',
);
const findAuthor = statement<{ list: number; key: string }, AuthorRow>(
  'select seq, name, latest from author where list = @list and key = @key',
);
type AuthorRow = { seq: number; name: string; latest: number };
const addAuthor = statement<Author & { list: number; at: number }>(
  `insert into author (list, key, address, name, posts, latest)
   values (@list, @key, @address, @name, 1, @at)`,
);
const countAuthor = statement<{ seq: number; address: string; name: string; at: number }>(
  `update author set posts = posts + 1, address = @address, name = @name,
     latest = max(latest, @at) where seq = @seq`,
);
const hasEntry = statement<{ list: number; entry: string }, { id: number }>(
  'select id from posting where list = @list and entry = @entry',
);
const addPosting = statement<{
  id: number;
  list: number;
  entry: string;
  called: string | null;
  volume: number;
  start: number;
  size: number;
  hash: string;
  messageId: string;
  thread: number;
  author: number;
  subject: string;
  isAnswer: number;
  refs: Buffer;
  received: number;
  dated: number | null;
  files: number;
  state: string;
  version: number;
}>(
  `insert into posting (id, list, entry, called, volume, start, size, hash, message_id, thread,
     author, subject, is_answer, refs, received, dated, files, state, version)
   values (@id, @list, @entry, @called, @volume, @start, @size, @hash, @messageId, @thread,
     @author, @subject, @isAnswer, @refs, @received, @dated, @files, @state, @version)`,
);
const addBody = statement<{ id: number; text: Buffer }>(
  'insert into body (id, text) values (@id, @text)',
);
const addFile = statement<{
  posting: number;
  part: number;
  name: string;
  type: string;
  bytes: number;
}>(
  `insert into file (posting, part, name, type, bytes)
   values (@posting, @part, @name, @type, @bytes)`,
);
const addWords = statement<{
  id: number;
  subject: string;
  author: string;
  body: string;
  files: string;
  tags: string;
}>(
  `insert into words (rowid, subject, author, body, files, tags)
   values (@id, @subject, @author, @body, @files, @tags)`,
);

/** The number of a list, made where it is new. */
export function listNumber(db: Database, id: string): number {
  const known = knownList(db, id);
  if (known !== undefined) return known;
  db.run(addList, { id });
  return knownList(db, id) ?? 0;
}

/** The number of a list that is in the index. */
export function knownList(db: Database, id: string): number | undefined {
  return db.get(findList, { id })?.seq;
}

/** A version of its own for what is changed now. */
export function nextVersion(db: Database): number {
  return db.get(bump, {})?.value ?? 0;
}

/** Whether an entry is in the index of a list. */
export function hasEntryOf(db: Database, list: number, entry: string): boolean {
  return db.get(hasEntry, { list, entry }) !== undefined;
}

/** The first number that is free from this time on. */
export function freeNumber(db: Database, at: number): number {
  for (let second = Math.max(0, Math.floor(at / 1000)); ; second += 1) {
    const from = second * perSecond;
    const { last } = db.get(lastOfSecond, { from, to: from + perSecond }) ?? { last: null };
    if (last === null) return from;
    if (last + 1 < from + perSecond) return last + 1;
  }
}

/** The word under which the postings of a list are found. */
export const listTag = (list: number): string => `list${list}`;
/** The word of postings with files. */
export const fileTag = 'withfiles';

/** Where a posting lies. */
export type Placed = {
  readonly list: number;
  readonly entry: string;
  readonly called: string | null;
  readonly volume: number;
  readonly start: number;
  readonly size: number;
  readonly state: 'whole' | 'redacted' | 'removed';
};

/** Takes one posting in; false where its entry is there already. In a transaction. */
export function addToIndex(db: Database, placed: Placed, facts: Facts, version: number): boolean {
  const { list, entry } = placed;
  if (hasEntryOf(db, list, entry)) return false;
  const id = freeNumber(db, facts.at);
  const refs = facts.references.map(idHash);
  const { isAnswer, bare: subject, author, at } = facts;
  const own = idHash(facts.messageId);
  const thread = threadOf(db, { list, id, own, refs, at, subject, isAnswer }, version);
  const isThere = placed.state !== 'removed';
  const writer = author && isThere ? authorNumber(db, author, list, id) : 0;
  db.run(addPosting, {
    ...placed,
    id,
    hash: facts.hash,
    messageId: facts.messageId,
    thread,
    author: writer,
    subject: facts.subject,
    isAnswer: isAnswer ? 1 : 0,
    refs: Buffer.concat(refs),
    received: facts.received,
    dated: facts.dated ?? null,
    files: facts.files.length,
    version,
  });
  if (isThere) addText(db, list, id, facts);
  return true;
}

/** Counts a posting of an author, who is known by his newest name. */
function authorNumber(db: Database, author: Author, list: number, at: number): number {
  const { key, address } = author;
  const known = db.get(findAuthor, { list, key });
  // An upsert that gives the number back takes ten times as long.
  if (!known) return db.run(addAuthor, { ...author, list, at }).lastKey;
  const isNewer = at >= known.latest && author.name !== '';
  const name = isNewer || known.name === '' ? author.name : known.name;
  db.run(countAuthor, { seq: known.seq, address, name, at });
  return known.seq;
}

function addText(db: Database, list: number, id: number, facts: Facts): void {
  const { files, author, text, subject } = facts;
  for (const { part, name, type, bytes } of files) {
    db.run(addFile, { posting: id, part, name, type, bytes });
  }
  const deflated = deflateRawSync(text, { level: deflateLevel });
  db.run(addBody, { id, text: deflated });
  db.run(addWords, {
    id,
    subject: searchText(subject),
    author: searchText(author ? `${author.name} ${author.address}` : ''),
    body: searchText(text),
    files: searchText(files.map(({ name }) => name).join(' ')),
    tags: files.length > 0 ? `${listTag(list)} ${fileTag}` : listTag(list),
  });
}
