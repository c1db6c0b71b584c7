/** Finding postings: the index is asked, and a few lines around what was found are cut out. */
import { excerptOf, type Piece } from './excerpt.ts';
import { type PostingRow, selectPosting, textOf } from './index-look.ts';
import { fileTag, listTag } from './index-write.ts';
import type { Phrase, Question } from './question.ts';
import { type Database, statement } from './statement.ts';
import { perSecond } from './tables.ts';

/** What is found first. */
export const sortings = ['newest', 'oldest', 'relevance'] as const;
export type Sorting = (typeof sortings)[number];

/** Of a word that thousands use, the newest of them are weighed. */
const mostWeighed = 5000;

export type SearchOrder = {
  /** The numbers of the lists that may be looked at; undefined: all. */
  readonly lists: readonly number[] | undefined;
  readonly sorting: Sorting;
  readonly limit: number;
};

export type Hit = PostingRow & { readonly excerpt: readonly Piece[] };

type Args = { match: string; from: number; before: number; limit: number };
type Id = { id: number };

const anywhere = `select id from posting
  where id >= @from and id < @before and state <> 'removed' and @match = ''`;
const matching = `select rowid id from words
  where words match @match and rowid >= @from and rowid < @before`;
const queries = {
  anywhere: {
    newest: statement<Args, Id>(`${anywhere} order by id desc limit @limit`),
    oldest: statement<Args, Id>(`${anywhere} order by id limit @limit`),
    relevance: statement<Args, Id>(`${anywhere} order by id desc limit @limit`),
  },
  matching: {
    newest: statement<Args, Id>(`${matching} order by rowid desc limit @limit`),
    oldest: statement<Args, Id>(`${matching} order by rowid limit @limit`),
    relevance: statement<Args, Id>(
      `select id from (
         select rowid id, bm25(words, 4.0, 2.0, 1.0, 2.0, 0.0) weight from words
         where words match @match and rowid >= @from and rowid < @before
         order by rowid desc limit ${mostWeighed}
       ) order by weight limit @limit`,
    ),
  },
} as const;
const byId = statement<{ id: number }, PostingRow>(`${selectPosting} where p.id = @id`);

/** The postings that answer a question. */
export function* search(db: Database, question: Question, order: SearchOrder): Generator<Hit> {
  const { lists, sorting, limit } = order;
  if (lists?.length === 0) return;
  const match = matchOf(question, lists);
  const kind = match === '' ? 'anywhere' : 'matching';
  const { from = 0, before } = question;
  const ids = db.all(queries[kind][sorting], {
    match,
    from: Math.floor(from / 1000) * perSecond,
    before: before === undefined ? Number.MAX_SAFE_INTEGER : Math.ceil(before / 1000) * perSecond,
    limit,
  });
  for (const { id } of ids) {
    const row = db.get(byId, { id });
    if (row) yield { ...row, excerpt: excerptOf(textOf(db, id), question.all.flat()) };
  }
}

const columns = {
  any: '{subject author body files}',
  from: 'author',
  subject: 'subject',
  file: 'files',
};

/** In the language of FTS5; every word in quotes, so that none of them is an order. */
function matchOf({ all, none, hasFile }: Question, lists: readonly number[] | undefined): string {
  const wanted = all.map((some) => anyOf(some.map(phraseText)));
  if (lists) wanted.push(anyOf(lists.map((list) => `tags : "${listTag(list)}"`)));
  if (hasFile) wanted.push(`tags : "${fileTag}"`);
  if (none.length === 0) return wanted.join(' AND ');
  // Only "not" is no question to FTS5: then all that there is, less those.
  const base = wanted.length > 0 ? wanted.join(' AND ') : 'tags : "list" *';
  return `(${base}) NOT ${anyOf(none.map(phraseText))}`;
}

function anyOf(texts: readonly string[]): string {
  return texts.length === 1 ? (texts[0] ?? '') : `(${texts.join(' OR ')})`;
}

function phraseText({ field, words, isPrefix }: Phrase): string {
  return `${columns[field]} : "${words.join(' ').replaceAll('"', '')}"${isPrefix ? ' *' : ''}`;
}
