/** What the pages ask of the index. */
import { filesOf, type PostingRow, selectPosting, textOf } from '../index-look.ts';
import { type Database, statement } from '../statement.ts';
import { perSecond } from '../tables.ts';
import type { FullPosting, InThread } from './pages.ts';
import { threadPageSize } from './pages.ts';

const changedPage = statement<
  { list: number; version: number; id: number; most: number },
  PostingRow
>(
  `${selectPosting} where p.list = @list and (p.version, p.id) > (@version, @id)
   order by p.version, p.id limit @most`,
);
const newestVersion = statement<{ list: number }, { version: number | null }>(
  'select max(version) version from posting where list = @list',
);
const newestPostings = statement<{ list: number; most: number }, PostingRow>(
  `${selectPosting} where p.list = @list and p.state <> 'removed' order by p.id desc limit @most`,
);
const inMonth = statement<{ list: number; from: number; before: number }, PostingRow>(
  `${selectPosting} where p.list = @list and p.id >= @from and p.id < @before order by p.id`,
);
const ofAuthor = statement<{ author: number; most: number }, PostingRow>(
  `${selectPosting} where p.author = @author and p.state <> 'removed' order by p.id desc limit @most`,
);
const findAuthor = statement<{ list: number; key: string }, AuthorRow>(
  'select seq, key, name, address, posts from author where list = @list and key = @key',
);
const topAuthors = statement<{ list: number; most: number }, AuthorRow>(
  `select seq, key, name, address, posts from author where list = @list and posts > 0
   order by posts desc limit @most`,
);
const rootOf = statement<{ thread: number }, { hash: string; posts: number }>(
  `select hash, (select count(*) from posting where thread = @thread) posts
   from posting where thread = @thread order by id limit 1`,
);
const countBefore = statement<{ thread: number; id: number }, { count: number }>(
  'select count(*) count from posting where thread = @thread and id < @id',
);
const threadsOf = statement<
  { list: number; from: number; before: number; most: number },
  { thread: number; latest: number }
>(
  `select thread, max(id) latest from posting
   where list = @list and id >= @from and id < @before group by thread order by latest desc limit @most`,
);
const latestThreads = statement<{ list: number; most: number }, { thread: number }>(
  'select seq thread from thread where list = @list order by latest desc limit @most',
);
const firstOfThread = statement<{ thread: number }, PostingRow>(
  `${selectPosting} where p.thread = @thread order by p.id limit 1`,
);

export type AuthorRow = {
  readonly seq: number;
  readonly key: string;
  readonly name: string;
  readonly address: string;
  readonly posts: number;
};

const pageSize = 500;

/** What was changed since a version, in the order of changes. */
export function* changedSince(db: Database, list: number, cursor: number): Generator<PostingRow> {
  let [version, id] = [cursor, Number.MAX_SAFE_INTEGER];
  for (;;) {
    const page = db.all(changedPage, { list, version, id, most: pageSize });
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    [version, id] = [last.version, last.id];
  }
}

/** The highest version of a list. */
export function versionOf(db: Database, list: number): number {
  return db.get(newestVersion, { list })?.version ?? -1;
}

const begunAt = statement<object, { begun: number }>('select begun from version where id = 1');
const goneAuthors = statement<{ list: number }, { key: string }>(
  'select key from author where list = @list and posts <= 0',
);

/** What versions of this index are above. */
export function firstVersion(db: Database): number {
  return db.get(begunAt, {})?.begun ?? 0;
}

/** Authors of whom nothing is left. */
export function authorsGone(db: Database, list: number): string[] {
  return db.all(goneAuthors, { list }).map(({ key }) => key);
}

/** A posting with text and files. */
export function fullPosting(db: Database, row: PostingRow): FullPosting {
  if (row.state === 'removed') return { row, text: '', files: [] };
  return { row, text: textOf(db, row.id), files: row.files > 0 ? filesOf(db, row.id) : [] };
}

/** The newest postings of a list. */
export function newest(db: Database, list: number, most: number): PostingRow[] {
  return db.all(newestPostings, { list, most });
}

/** The numbers of a month, as a span. */
export function monthSpan(month: string): { from: number; before: number } {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const second = (ms: number) => Math.floor(ms / 1000) * perSecond;
  return { from: second(Date.UTC(year, number - 1)), before: second(Date.UTC(year, number)) };
}

/** The postings of a month, the oldest first. */
export function postingsOfMonth(db: Database, list: number, month: string): PostingRow[] {
  return db.all(inMonth, { list, ...monthSpan(month) });
}

/** An author, and his newest postings. */
export function authorPostings(
  db: Database,
  list: number,
  key: string,
  most: number,
): { author: AuthorRow; rows: PostingRow[] } | undefined {
  const author = db.get(findAuthor, { list, key });
  return author && { author, rows: db.all(ofAuthor, { author: author.seq, most }) };
}

/** Who writes most. */
export function authorsOf(db: Database, list: number, most: number): AuthorRow[] {
  return db.all(topAuthors, { list, most });
}

/** Where a posting stands in its thread. */
export function placeInThread(db: Database, { thread, id }: PostingRow): InThread {
  const { hash: root, posts } = db.get(rootOf, { thread }) ?? { hash: '', posts: 0 };
  // Most threads are one page.
  const before = posts <= threadPageSize ? 0 : (db.get(countBefore, { thread, id })?.count ?? 0);
  return { root, posts, page: Math.floor(before / threadPageSize) + 1 };
}

/** A thread and the posting that began it. */
export function threadHead(
  db: Database,
  thread: number,
): { readonly first: PostingRow; readonly posts: number } | undefined {
  const first = db.get(firstOfThread, { thread });
  return first && { first, posts: db.get(rootOf, { thread })?.posts ?? 1 };
}

/** Threads with postings in a month, the liveliest last. */
export function threadsOfMonth(db: Database, list: number, month: string, most: number): number[] {
  return db.all(threadsOf, { list, ...monthSpan(month), most }).map(({ thread }) => thread);
}

/** Threads with the newest postings. */
export function newestThreads(db: Database, list: number, most: number): number[] {
  return db.all(latestThreads, { list, most }).map(({ thread }) => thread);
}

/** How many postings each of some months has. */
export function* countMonths(
  db: Database,
  list: number,
  months: Iterable<string>,
): Generator<[string, number]> {
  for (const month of months) {
    yield [month, db.get(countSpan, { list, ...monthSpan(month) })?.count ?? 0];
  }
}
const countSpan = statement<{ list: number; from: number; before: number }, { count: number }>(
  `select count(*) count from posting where list = @list and id >= @from and id < @before
   and state <> 'removed'`,
);
