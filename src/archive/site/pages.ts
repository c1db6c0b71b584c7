/** The pages of a site, each from what the index says. */
import type { FileRow, PostingRow } from '../index-look.ts';
import { fileLink } from './files.ts';
import { type Html, html } from './html.ts';
import { type Page, pageText } from './shell.ts';
import {
  authorName,
  prose,
  type SiteView,
  shownText,
  sizeText,
  subjectOf,
  timeTag,
} from './shown.ts';

/** A posting with all that is shown of it. */
export type FullPosting = {
  readonly row: PostingRow;
  readonly text: string;
  readonly files: readonly FileRow[];
};

/** Where a posting stands in its thread. */
export type InThread = { readonly root: string; readonly page: number; readonly posts: number };

/** Postings of one page of a thread. */
export const threadPageSize = 100;

/** The name of a page of a thread, from the top of the site. */
export function threadFile(root: string, page: number): string {
  return page === 1 ? `t/${root}.html` : `t/${root}-${page}.html`;
}

function byline(view: SiteView, row: PostingRow, up: string): Html {
  const name = authorName(view, row);
  const who =
    row.authorKey === null || row.state === 'removed'
      ? html`${name}`
      : html`<a href="${up}a/${row.authorKey}.html">${name}</a>`;
  return html`<p class="dim">${who}, ${timeTag(row.id)}</p>`;
}

function content(view: SiteView, { row, text, files }: FullPosting, up: string): Html {
  if (row.state === 'removed') return html`<p>This message was removed from the archive.</p>`;
  const note =
    row.state === 'redacted'
      ? html`<p class="dim">Parts of this message were taken out.</p>`
      : html``;
  const list = files.map(
    (file) =>
      html`<li><a href="${up}${fileLink(row.hash, file)}" download rel="nofollow">${shownText(view, file.name) || file.type}</a> <span class="dim">${file.type}, ${sizeText(file.bytes)}</span></li>`,
  );
  const attached =
    files.length > 0 ? html`<p class="files">Attached:</p><ul class="files">${list}</ul>` : html``;
  return html`${note}${prose(view, text)}${attached}`;
}

/** One message. */
export function messagePage(
  view: SiteView,
  posting: FullPosting,
  { root, page }: InThread,
): string {
  const { row } = posting;
  const subject = subjectOf(view, row);
  const thread = html`<p><a href="../${threadFile(root, page)}#${row.hash}">The thread</a></p>`;
  const body = html`<h1 dir="auto">${subject}</h1>${byline(view, row, '../')}${content(view, posting, '../')}${thread}`;
  return pageText(view, { title: subject, up: '../', body });
}

/** Some of the messages of a thread, the oldest first. */
export function threadPage(
  view: SiteView,
  root: string,
  postings: readonly FullPosting[],
  { page, pages }: { readonly page: number; readonly pages: number },
): string {
  const [first] = postings;
  const subject = first ? subjectOf(view, first.row) : '';
  const articles = postings.map(
    (posting) =>
      html`<article id="${posting.row.hash}"><h2 dir="auto"><a href="../m/${posting.row.hash}.html">${subjectOf(view, posting.row)}</a></h2>${byline(view, posting.row, '../')}${content(view, posting, '../')}</article>`,
  );
  const more = Array.from({ length: pages }, (_, n) =>
    n + 1 === page
      ? html` <span aria-current="page">${n + 1}</span>`
      : html` <a href="../${threadFile(root, n + 1)}">${n + 1}</a>`,
  );
  const nav = pages > 1 ? html`<nav aria-label="Pages of the thread">Pages:${more}</nav>` : html``;
  const body = html`<h1 dir="auto">${subject}</h1>${articles}${nav}`;
  return pageText(view, { title: subject, up: '../', body });
}

/** A line of a listing. */
export function postingItem(view: SiteView, row: PostingRow, up: string): Html {
  return html`<li><a href="${up}m/${row.hash}.html">${subjectOf(view, row)}</a> <span class="dim">${authorName(view, row)}, ${timeTag(row.id)}</span></li>`;
}

export type ThreadLine = {
  readonly root: string;
  readonly subject: string;
  readonly author: string;
  readonly first: number;
  readonly posts: number;
};

/** Threads, one a line. */
export function threadItems(threads: readonly ThreadLine[], up: string): Html[] {
  return threads.map(
    ({ root, subject, author, first, posts }) =>
      html`<li><a href="${up}${threadFile(root, 1)}">${subject}</a> <span class="dim">${author}, ${timeTag(first)}${posts > 1 ? html`, ${posts} messages` : html``}</span></li>`,
  );
}

/** A page that is a list. */
export function listPage(
  view: SiteView,
  title: string,
  items: readonly Html[],
  up: Page['up'],
  intro?: Html,
): string {
  const body = html`<h1 dir="auto">${title}</h1>${intro}<ul class="plain">${items}</ul>`;
  const whole = title === view.title ? title : `${title} - ${view.title}`;
  return pageText(view, { title: whole, up, body });
}

/** The search, which says what it needs where it does not work. */
export function searchPage(view: SiteView): string {
  const body = html`<h1>Search</h1>
<form id="search" role="search"><p><label for="words">Words, or how they begin; &quot;words in quotes&quot; one after the other. All must be there</label></p>
<p><input id="words" type="search" autocomplete="off"> <button>Search</button></p></form>
<noscript><p>The search needs JavaScript: it runs in your browser, and sends nothing anywhere. All the rest works without.</p></noscript>
<p id="said" role="status"></p>
<ul class="plain" id="found"></ul>`;
  return pageText(view, { title: `Search - ${view.title}`, up: '', body, hasScript: true });
}
