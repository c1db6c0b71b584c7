/**
 * Makes a static site of a list, or brings it up to date: what was changed since the last time
 * says which messages, threads, months and authors have a new page. The state is written last, so
 * what was cut off is done again.
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { listId } from '../../model/ids.ts';
import { messageIn } from '../facts.ts';
import type { PostingRow } from '../index-look.ts';
import type { Database } from '../statement.ts';
import { postingsOfThread } from '../thread-view.ts';
import { removeFiles, writeFiles } from './files.ts';
import { html } from './html.ts';
import {
  authorPostings,
  authorsGone,
  changedSince,
  countMonths,
  firstVersion,
  fullPosting,
  placeInThread,
  postingsOfMonth,
  threadsOfMonth,
  versionOf,
} from './look.ts';
import { Out } from './out.ts';
import {
  type FullPosting,
  listPage,
  messagePage,
  postingItem,
  threadFile,
  threadItems,
  threadPage,
  threadPageSize,
} from './pages.ts';
import { shardFiles, shardLines } from './shard.ts';
import { authorName, monthOfNumber, type SiteView } from './shown.ts';
import { readState, stateFile, stateText } from './state.ts';
import { threadLine, writeTop } from './top.ts';

/** What is listed at most on one page. */
const maxThreads = 5000;
const maxOfAuthor = 1000;

export type SiteOrder = {
  /** The archive. */
  readonly archive: string;
  readonly db: Database;
  /** The number of the list in the index. */
  readonly list: number;
  readonly view: SiteView;
  /** Where the site is. */
  readonly folder: string;
  readonly progress?: (done: number, what: string) => void;
};

export type SiteReport = { readonly messages: number; readonly files: number };

/** Brings a site up to date. */
export async function updateSite(order: SiteOrder): Promise<SiteReport> {
  const { db, list, view, folder } = order;
  const state = readState(folder, view);
  const cursor = versionOf(db, list);
  if (cursor === state.cursor) return { messages: 0, files: 0 };
  // Of an index that was made anew nobody knows what the old one had beside it.
  const isNew = state.cursor < firstVersion(db);
  const swept = isNew ? ['t', 'a', 'search'] : [];
  for (const name of swept) rmSync(join(folder, name), { recursive: true, force: true });
  for (const name of ['m', 't', 'a', 'f', 'search'])
    mkdirSync(join(folder, name), { recursive: true });
  const out = new Out(folder);
  const touched = await writeMessages(order, out, isNew ? -1 : state.cursor, isNew);
  for (const thread of touched.threads) writeThread(order, out, thread);
  const months = new Map(isNew ? [] : state.months);
  for (const [month, count] of countMonths(db, list, touched.months.keys())) {
    if (count > 0) months.set(month, count);
    else months.delete(month);
  }
  for (const [month, added] of touched.months) writeMonth(order, out, month, added, isNew);
  const authors = new Set([...touched.authors, ...authorsGone(db, list)]);
  for (const key of authors) writeAuthor(order, out, key);
  writeTop(out, { db, list, view, months, isNew });
  out.write(stateFile(folder).slice(folder.length + 1), stateText(view, { cursor, months }));
  return { messages: touched.messages, files: out.count };
}

type Touched = {
  readonly threads: Set<number>;
  /** New postings by month; undefined: the month is to be read anew. */
  readonly months: Map<string, FullPosting[] | undefined>;
  readonly authors: Set<string>;
  messages: number;
};

async function writeMessages(
  order: SiteOrder,
  out: Out,
  cursor: number,
  isNew: boolean,
): Promise<Touched> {
  const { db, list, view, folder } = order;
  const touched: Touched = {
    threads: new Set(),
    months: new Map(),
    authors: new Set(),
    messages: 0,
  };
  for (const row of changedSince(db, list, cursor)) {
    const posting = fullPosting(db, row);
    const place = placeInThread(db, row);
    const page = `m/${row.hash}.html`;
    const isKnown = !isNew && existsSync(join(folder, page));
    out.write(page, messagePage(view, posting, place));
    // It may have begun a thread of its own, and be part of another one now.
    if (!isNew && place.root !== row.hash) dropThread(out, folder, row.hash);
    // A new beginning gives the thread another name: the others must lead there.
    if (!isNew && place.root === row.hash && place.posts > 1) turnThread(order, out, row.thread);
    if (row.state !== 'whole') removeFiles(folder, row.hash);
    if (posting.files.length > 0) await writeAttached(order, posting);
    touched.threads.add(row.thread);
    if (row.authorKey !== null) touched.authors.add(row.authorKey);
    const month = monthOfNumber(row.id);
    const added = touched.months.get(month);
    // All of a new site is read by the month; and so is a month of which something was changed.
    if (isNew || isKnown) touched.months.set(month, undefined);
    else if (!touched.months.has(month)) touched.months.set(month, [posting]);
    else added?.push(posting);
    touched.messages += 1;
    order.progress?.(touched.messages, 'messages');
  }
  return touched;
}

async function writeAttached(
  { archive, folder }: SiteOrder,
  { row, files }: FullPosting,
): Promise<void> {
  const volume = { list: listId(row.list), name: row.volume };
  const range = { volume, start: row.start, end: row.start + row.size };
  await writeFiles(folder, row.hash, await messageIn(archive, range), files);
}

function turnThread({ db, view, folder }: SiteOrder, out: Out, thread: number): void {
  for (const row of postingsOfThread(db, thread)) {
    const place = placeInThread(db, row);
    out.write(`m/${row.hash}.html`, messagePage(view, fullPosting(db, row), place));
    if (place.root !== row.hash) dropThread(out, folder, row.hash);
  }
}

function dropThread(out: Out, folder: string, root: string): void {
  for (let page = 1; existsSync(join(folder, threadFile(root, page))); page += 1) {
    out.remove(threadFile(root, page));
  }
}

function writeThread({ db, view, progress }: SiteOrder, out: Out, thread: number): void {
  const rows = [...postingsOfThread(db, thread)];
  const [first] = rows;
  if (!first) return;
  const pages = Math.ceil(rows.length / threadPageSize);
  for (let page = 1; page <= pages; page += 1) {
    const some = rows.slice((page - 1) * threadPageSize, page * threadPageSize);
    const full = some.map((row) => fullPosting(db, row));
    out.write(threadFile(first.hash, page), threadPage(view, first.hash, full, { page, pages }));
  }
  progress?.(out.count, 'pages');
}

function writeMonth(
  { db, list, view, folder }: SiteOrder,
  out: Out,
  month: string,
  added: readonly FullPosting[] | undefined,
  isNew: boolean,
): void {
  const threads = threadsOfMonth(db, list, month, maxThreads).flatMap((one) =>
    threadLine(db, view, one),
  );
  out.write(`${month}.html`, listPage(view, month, threadItems(threads, ''), ''));
  const files = shardFiles(month);
  if (added && !isNew && Object.values(files).every((name) => existsSync(join(folder, name)))) {
    const more = shardLines(view, month, added);
    out.extend(files.words, more.words);
    out.extend(files.texts, more.texts);
    return;
  }
  const all = postingsOfMonth(db, list, month).map((row) => fullPosting(db, row));
  const lines = shardLines(view, month, all);
  out.write(files.words, lines.words);
  out.write(files.texts, lines.texts);
}

function writeAuthor({ db, list, view }: SiteOrder, out: Out, key: string): void {
  const found = authorPostings(db, list, key, maxOfAuthor);
  if (!found || found.rows.length === 0) {
    out.remove(`a/${key}.html`);
    return;
  }
  const { author, rows } = found;
  const [first] = rows;
  const title = first ? authorName(view, first) : '';
  const more =
    author.posts > rows.length
      ? html`<p>The newest ${rows.length} of ${author.posts}.</p>`
      : undefined;
  const items = rows.map((row: PostingRow) => postingItem(view, row, '../'));
  out.write(`a/${key}.html`, listPage(view, title, items, '../', more));
}
