/**
 * A month for the search in the browser: two scripts with a line for each posting, so that one more
 * is a line more. The first has what is shown of a posting and its words, each once; the second,
 * which is loaded for phrases only, has the words in their order.
 */
import { wordsOf } from '../../mail/fold.ts';
import { timeOfNumber } from '../index-look.ts';
import type { FullPosting } from './pages.ts';
import { authorName, type SiteView, shownText, subjectOf } from './shown.ts';

/** Words of one part of a posting, and characters of one word, that are found at most. */
const maxWords = 3000;
const maxWordChars = 24;

/** The names of the scripts of a month. */
export const shardFiles = (month: string) =>
  ({ words: `search/${month}.js`, texts: `search/${month}.text.js` }) as const;

/** Lines for both scripts. */
export type ShardLines = { readonly words: string; readonly texts: string };

/** The lines of some postings; of one that was removed there is nothing. */
export function shardLines(
  view: SiteView,
  month: string,
  postings: Iterable<FullPosting>,
): ShardLines {
  let [words, texts] = ['', ''];
  for (const { row, text } of postings) {
    if (row.state === 'removed') continue;
    const time = new Date(timeOfNumber(row.id)).toISOString().slice(0, 16).replace('T', ' ');
    const [subject, author] = [subjectOf(view, row), authorName(view, row)];
    const parts = [subject, author, shownText(view, text)].map(shortWords);
    const each = [...new Set(parts.flat())].join(' ');
    words += callOf('listmillPosting', month, [row.hash, subject, author, time, each]);
    texts += callOf('listmillText', month, parts.map((part) => part.join(' ')).join('\n'));
  }
  return { words, texts };
}

function shortWords(text: string): string[] {
  return wordsOf(text)
    .slice(0, maxWords)
    .map((word) => word.slice(0, maxWordChars));
}

function callOf(name: string, month: string, value: string | readonly string[]): string {
  // Two separators are line ends to old browsers, and "<" could end a script element.
  const json = JSON.stringify(value).replaceAll('<', '\\u003c');
  return `${name}(${JSON.stringify(month)},${json})\n`;
}

/** The script that names the months, the newest first. */
export function monthsText(months: readonly string[]): string {
  return `listmillMonths(${JSON.stringify(months)})\n`;
}
