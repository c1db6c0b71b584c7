/** What letters about bounces share: the values of a failure, and what strangers wrote. */
import type { Evidence } from '../model/care.ts';
import type { Cause } from '../model/diagnosis.ts';
import type { ListView } from '../model/list.ts';
import { speak } from './speaking.ts';
import type { Texts } from './text.ts';

/** Whose words a letter is written with. */
export type Tongue = { readonly texts: Texts; readonly language: string };

/** A cause in words. */
export async function causeText(
  cause: Cause,
  list: ListView,
  { texts, language }: Tongue,
): Promise<string> {
  const [text = ''] = await speak([{ phrase: `cause-${cause}` }], texts, language, list);
  return text;
}

/** What a template can say of a failure; `cause` is empty where none is known. */
export type FailureValues = {
  readonly at: number;
  readonly cause: string;
  readonly status: string;
  readonly said: string;
};

/** What the receiving server said, so that a person can do something about it. */
export async function failureValues(
  evidence: Evidence | undefined,
  list: ListView,
  tongue: Tongue,
): Promise<FailureValues> {
  if (evidence === undefined) return { at: 0, cause: '', status: '', said: '' };
  const { at, cause, status, diagnostic } = evidence;
  const said = diagnostic.replace(/\s+/g, ' ').trim().slice(0, 400);
  return { at, cause: await causeText(cause, list, tongue), status, said };
}

/** Subjects come from strangers. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
}
