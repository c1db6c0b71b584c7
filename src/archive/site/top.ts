/** The pages that are about all of a list. */
import type { Database } from '../statement.ts';
import { chartText, type MonthCount } from './chart.ts';
import { feedText } from './feed.ts';
import { html } from './html.ts';
import { authorsOf, fullPosting, newest, newestThreads, threadHead } from './look.ts';
import type { Out } from './out.ts';
import { listPage, searchPage, type ThreadLine, threadItems } from './pages.ts';
import { scriptText } from './script.ts';
import { monthsText } from './shard.ts';
import { authorName, type SiteView, shownText, subjectOf } from './shown.ts';
import { styleText } from './style.ts';

const maxRecent = 30;
const maxAuthors = 1000;
const maxFeed = 25;

/** A thread as a line of a listing; none where it is gone. */
export function threadLine(db: Database, view: SiteView, thread: number): ThreadLine[] {
  const { first, posts } = threadHead(db, thread) ?? {};
  if (!first) return [];
  return [
    {
      root: first.hash,
      subject: subjectOf(view, first),
      author: authorName(view, first),
      first: first.id,
      posts: posts ?? 1,
    },
  ];
}

export type Top = {
  readonly db: Database;
  readonly list: number;
  readonly view: SiteView;
  readonly months: ReadonlyMap<string, number>;
  /** Nothing is there yet. */
  readonly isNew: boolean;
};

/** Writes them. */
export function writeTop(out: Out, { db, list, view, months, isNew }: Top): void {
  if (isNew) {
    out.write('style.css', styleText);
    out.write('search.js', scriptText);
    out.write('search.html', searchPage(view));
  }
  const counts: MonthCount[] = [...months].map(([month, posts]) => ({ month, posts }));
  counts.sort((a, b) => (a.month < b.month ? 1 : -1));
  const total = counts.reduce((sum, { posts }) => sum + posts, 0);
  out.write('chart.svg', chartText(counts, `Postings by month: ${view.title}`));
  const monthItems = counts.map(
    ({ month, posts }) =>
      html`<li><a href="${month}.html">${month}</a> <span class="dim">${posts}</span></li>`,
  );
  const chart = html`<img class="chart" src="chart.svg" alt="A chart of the postings of each month; the numbers are in the list of months" width="720" height="176">`;
  out.write('months.html', listPage(view, 'Months', monthItems, '', chart));
  out.write('search/months.js', monthsText(counts.map(({ month }) => month)));
  const authors = authorsOf(db, list, maxAuthors).map(
    ({ key, name, address, posts }) =>
      html`<li><a href="a/${key}.html">${shownText(view, name || address)}</a> <span class="dim">${posts}</span></li>`,
  );
  out.write('authors.html', listPage(view, 'Authors', authors, ''));
  const recent = newestThreads(db, list, maxRecent).flatMap((one) => threadLine(db, view, one));
  const intro = html`${view.description === '' ? undefined : html`<p>${shownText(view, view.description)}</p>`}<p class="dim">${total} messages</p>${chart}<h2>Last threads</h2>`;
  out.write('index.html', listPage(view, view.title, threadItems(recent, ''), '', intro));
  const feed = newest(db, list, maxFeed).map((row) => fullPosting(db, row));
  out.write('feed.xml', feedText(view, feed));
}
