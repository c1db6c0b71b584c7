/** The words of a digest: its subject, what stands before and behind its messages. */

import type { DigestPosting, Issue } from '../model/digest.ts';
import type { ListView } from '../model/list.ts';
import { type ContentsLine, contentsOf, contentsText, linkTo } from './digest-contents.ts';
import { threadsOf } from './digest-threads.ts';
import { listValues, type Texts } from './text.ts';

export type DigestOrder = {
  readonly list: ListView;
  readonly issue: Pick<Issue, 'volume' | 'number'>;
  readonly postings: readonly DigestPosting[];
  readonly language: string;
};

export type DigestWords = {
  readonly subject: string;
  readonly front: string;
  readonly end: string;
  /** In place of a message that cannot be read any more. */
  readonly gone: string;
  /** The postings in reading order. */
  readonly lines: readonly ContentsLine[];
};

/** The words of a digest that has its messages in it. */
export async function digestWords(order: DigestOrder, texts: Texts): Promise<DigestWords> {
  const { list, issue, language } = order;
  const say = sayIn(order, texts);
  const lines = await linesOf(order, say);
  const values = {
    ...valuesOf(order),
    contents: contentsText(lines),
  };
  const { subject, text } = await texts('digest', language, list, values);
  return {
    subject,
    front: text,
    end: await say('end', { title: subject, volume: `${issue.volume}`, issue: `${issue.number}` }),
    gone: await say('gone', {}),
    lines,
  };
}

/** A summary: what was said, by whom, and where it can be read. */
export async function summaryWords(
  order: DigestOrder,
  texts: Texts,
): Promise<{ readonly subject: string; readonly text: string }> {
  const { list, language } = order;
  const lines = await linesOf(order, sayIn(order, texts));
  const contents = contentsText(lines, ({ posting }) => linkTo(list, posting));
  return await texts('summary', language, list, { ...valuesOf(order), contents });
}

type Say = (phrase: string, values: Readonly<Record<string, string>>) => Promise<string>;

/** A sentence of the template `digest-lines`. */
export function sayIn(
  { list, language }: Pick<DigestOrder, 'list' | 'language'>,
  texts: Texts,
): Say {
  return async (phrase, values) => {
    const all = { ...listValues(list), ...values, phrase };
    return (await texts('digest-lines', language, list, all)).text.trim();
  };
}

async function linesOf(
  { list, postings }: DigestOrder,
  say: Say,
): Promise<readonly ContentsLine[]> {
  const { subjectPrefix } = list.settings;
  const words = { noSubject: await say('no-subject', {}), noAuthor: await say('no-author', {}) };
  return contentsOf(threadsOf(postings, subjectPrefix), subjectPrefix, words);
}

function valuesOf({ list, issue, postings }: DigestOrder): Record<string, string> {
  return {
    ...listValues(list),
    volume: `${issue.volume}`,
    issue: `${issue.number}`,
    count: `${postings.length}`,
  };
}
