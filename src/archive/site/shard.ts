/**
 * The words of one month for the search in the browser: two scripts that hand over their data. One
 * says which postings have a word; the other, which is asked for phrases only, has the words of
 * each posting in order.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { wordsOf } from '../../mail/fold.ts';
import { timeOfNumber } from '../index-look.ts';
import type { FullPosting } from './pages.ts';
import { authorName, type SiteView, shownText, subjectOf } from './shown.ts';

/** Words of one posting, and characters of one word, that are found at most. */
const maxWords = 3000;
const maxWordChars = 24;

const wordsSchema = z.object({
  /** Hash, subject, author, time. */
  docs: z.array(z.tuple([z.string(), z.string(), z.string(), z.string()])),
  words: z.record(z.string(), z.array(z.int())),
});
/** Subject, author and text of each, a line each, words apart by one space. */
const textsSchema = z.array(z.string());

export type Shard = z.infer<typeof wordsSchema> & { readonly texts: string[] };

/** A shard without postings. */
export function emptyShard(): Shard {
  return { docs: [], words: Object.create(null) as Record<string, number[]>, texts: [] };
}

/** Adds a posting, unless nothing of it is left. */
export function addToShard(view: SiteView, shard: Shard, { row, text }: FullPosting): void {
  if (row.state === 'removed') return;
  const time = new Date(timeOfNumber(row.id)).toISOString().slice(0, 16).replace('T', ' ');
  const subject = subjectOf(view, row);
  const author = authorName(view, row);
  const number = shard.docs.push([row.hash, subject, author, time]) - 1;
  const lines = [subject, author, shownText(view, text)].map((part) =>
    wordsOf(part)
      .slice(0, maxWords)
      .map((word) => word.slice(0, maxWordChars)),
  );
  shard.texts.push(lines.map((words) => words.join(' ')).join('\n'));
  for (const word of new Set(lines.flat())) {
    const known = shard.words[word];
    if (known) known.push(number);
    else shard.words[word] = [number];
  }
}

/** The scripts of a shard by their names. */
export function shardScripts(month: string, { docs, words, texts }: Shard): [string, string][] {
  return [
    [`search/${month}.js`, scriptOf('listmillShard', month, { docs, words })],
    [`search/${month}.text.js`, scriptOf('listmillTexts', month, texts)],
  ];
}

function scriptOf(call: string, month: string, value: object): string {
  // Two separators are line ends to old browsers, and "<" could end a script element.
  return `${call}(${JSON.stringify(month)},${JSON.stringify(value).replaceAll('<', '\\u003c')})\n`;
}

/** The script that names the months, the newest first. */
export function monthsText(months: readonly string[]): string {
  return `listmillMonths(${JSON.stringify(months)})\n`;
}

/** A shard that was written; undefined where it is not there or not as we write it. */
export function readShard(folder: string, month: string): Shard | undefined {
  const found = wordsSchema.safeParse(readScript(join(folder, 'search', `${month}.js`)));
  const texts = textsSchema.safeParse(readScript(join(folder, 'search', `${month}.text.js`)));
  if (!found.success || !texts.success || texts.data.length !== found.data.docs.length) {
    return undefined;
  }
  const { docs, words } = found.data;
  // A word may be called like a property of every object.
  return { docs, words: Object.assign(emptyShard().words, words), texts: texts.data };
}

function readScript(path: string): unknown {
  if (!existsSync(path)) return undefined;
  const [, json] = /^listmill\w+\("[\d-]+",(.*)\)\n$/s.exec(readFileSync(path, 'utf8')) ?? [];
  try {
    return JSON.parse(json ?? '');
  } catch {
    return undefined;
  }
}
