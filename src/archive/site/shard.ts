/** The words of one month for the search in the browser: a script that hands over its data. */
import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { wordsOf } from '../../mail/fold.ts';
import { timeOfNumber } from '../index-look.ts';
import type { FullPosting } from './pages.ts';
import { authorName, type SiteView, shownText, subjectOf } from './shown.ts';

/** Words of one posting, and characters of one word, that are found at most. */
const maxWords = 3000;
const maxWordChars = 24;

const shardSchema = z.object({
  /** Hash, subject, author, time. */
  docs: z.array(z.tuple([z.string(), z.string(), z.string(), z.string()])),
  words: z.record(z.string(), z.array(z.int())),
});
export type Shard = z.infer<typeof shardSchema>;

/** A shard without postings. */
export function emptyShard(): Shard {
  return { docs: [], words: Object.create(null) as Record<string, number[]> };
}

/** Adds a posting; false where it is there. */
export function addToShard(view: SiteView, shard: Shard, { row, text }: FullPosting): void {
  if (row.state === 'removed') return;
  const time = new Date(timeOfNumber(row.id)).toISOString().slice(0, 16).replace('T', ' ');
  const subject = subjectOf(view, row);
  const number = shard.docs.push([row.hash, subject, authorName(view, row), time]) - 1;
  const all = wordsOf(`${subject} ${authorName(view, row)} ${shownText(view, text)}`);
  for (const word of new Set(all.slice(0, maxWords).map((one) => one.slice(0, maxWordChars)))) {
    const known = shard.words[word];
    if (known) known.push(number);
    else shard.words[word] = [number];
  }
}

/** The script of a shard. */
export function shardText(month: string, shard: Shard): string {
  // Two separators are line ends to old browsers, and "<" could end a script element.
  return `listmillShard(${JSON.stringify(month)},${JSON.stringify(shard).replaceAll('<', '\\u003c')})\n`;
}

/** The script that names the months, the newest first. */
export function monthsText(months: readonly string[]): string {
  return `listmillMonths(${JSON.stringify(months)})\n`;
}

/** A shard that was written; undefined where it is not there or not as we write it. */
export function readShard(path: string): Shard | undefined {
  if (!existsSync(path)) return undefined;
  const [, json] = /^listmillShard\("[\d-]+",(.*)\)\n$/s.exec(readFileSync(path, 'utf8')) ?? [];
  try {
    const parsed = shardSchema.safeParse(JSON.parse(json ?? ''));
    if (!parsed.success) return undefined;
    // A word may be called like a property of every object.
    return { docs: parsed.data.docs, words: Object.assign(emptyShard().words, parsed.data.words) };
  } catch {
    return undefined;
  }
}
