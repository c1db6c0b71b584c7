/**
 * What people write into a search: words, "phrases", beginnings*, -not, this OR that, and
 * `from: subject: file: list: date: has:attachment`.
 */
import { isSingleCharacter, wordsOf } from '../mail/fold.ts';

/** Longer questions are cut. */
const maxChars = 2000;
const maxTerms = 64;

export type Field = 'any' | 'from' | 'subject' | 'file';

/** Words that must stand one after the other. */
export type Phrase = {
  readonly field: Field;
  readonly words: readonly string[];
  /** The last word may go on. */
  readonly isPrefix: boolean;
};

export type Question = {
  /** All of these, each one of several. */
  readonly all: readonly (readonly Phrase[])[];
  readonly none: readonly Phrase[];
  /** As they were written; empty: all. */
  readonly lists: readonly string[];
  readonly hasFile: boolean;
  /** ms; `before` is not in it. */
  readonly from: number | undefined;
  readonly before: number | undefined;
};

export type QuestionRead = Question | { readonly kind: 'wrong'; readonly why: string };

/** True where a question could not be understood. */
export function isWrongQuestion(
  read: QuestionRead,
): read is { readonly kind: 'wrong'; readonly why: string } {
  return 'kind' in read;
}

const term = /(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/giu;
const fields: Readonly<Record<string, Field>> = {
  from: 'from',
  author: 'from',
  subject: 'subject',
  file: 'file',
};

/** Reads a question; never throws. */
export function readQuestion(text: string): QuestionRead {
  const all: Phrase[][] = [];
  const none: Phrase[] = [];
  const lists: string[] = [];
  let [hasFile, isOr] = [false, false];
  let [from, before]: (number | undefined)[] = [undefined, undefined];
  for (const match of [...text.slice(0, maxChars).matchAll(term)].slice(0, maxTerms)) {
    const [whole, minus = '', name = '', quoted, bare = ''] = match;
    const value = quoted ?? bare;
    const key = name.toLowerCase();
    if (whole === 'OR') isOr = all.length > 0;
    else if (key === 'list') lists.push(value.toLowerCase());
    else if (key === 'has') {
      if (!/^(attachments?|files?)$/i.test(value))
        return wrong(`has:${value}; there is has:attachment`);
      hasFile = true;
    } else if (key === 'date' || key === 'after' || key === 'before') {
      const span = spanOf(value);
      if (!span) return wrong(`${key}:${value}; wanted: 2026, 2026-11, 2026-11-24 or FROM..TO`);
      if (key !== 'before') from = later(from, span.from);
      if (key === 'date') before = earlier(before, span.before);
      if (key === 'before') before = earlier(before, span.from);
    } else {
      const isField = fields[key] !== undefined;
      // Any other word before a colon is a word.
      const phrase = phraseOf(
        isField ? value : name === '' ? value : `${name}:${value}`,
        fields[key],
      );
      if (!phrase) continue;
      if (minus !== '') none.push(phrase);
      else if (isOr) all.at(-1)?.push(phrase);
      else all.push([phrase]);
      isOr = false;
    }
  }
  return { all, none, lists, hasFile, from, before };
}

function wrong(why: string): QuestionRead {
  return { kind: 'wrong', why };
}

function phraseOf(text: string, field: Field = 'any'): Phrase | undefined {
  const words = wordsOf(text);
  const [only = ''] = words;
  if (words.length === 0) return undefined;
  const isPrefix = text.endsWith('*') || (words.length === 1 && isSingleCharacter(only));
  return { field, words, isPrefix };
}

function later(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

type Span = { readonly from: number | undefined; readonly before: number | undefined };

function spanOf(text: string): Span | undefined {
  const range = /^(.*?)\.\.(.*)$/.exec(text);
  if (!range) return dayOrMore(text);
  const [, first = '', last = ''] = range;
  const from = first === '' ? undefined : dayOrMore(first);
  const to = last === '' ? undefined : dayOrMore(last);
  if ((first !== '' && !from) || (last !== '' && !to) || (!from && !to)) return undefined;
  return { from: from?.from, before: to?.before };
}

/** A year, a month or a day, in UTC. */
function dayOrMore(text: string): { from: number; before: number } | undefined {
  const found = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/.exec(text);
  if (!found) return undefined;
  const [year, month, day] = [Number(found[1]), Number(found[2] ?? 1), Number(found[3] ?? 1)];
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  const from = Date.UTC(year, month - 1, day);
  const before =
    found[3] !== undefined
      ? from + 86_400_000
      : found[2] !== undefined
        ? Date.UTC(year, month, 1)
        : Date.UTC(year + 1, 0, 1);
  return { from, before };
}
