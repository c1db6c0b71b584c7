/** Whether DNS publishes the keys with which a site signs. */
import { errorCode, explain } from '../ground/errors.ts';
import { publicText, readRecord, recordOf, type SigningKey } from '../mail/dkim/key.ts';
import type { AskTxt } from '../mta/dmarc.ts';
import { keyName } from './signing-keys.ts';

export type KeyCheck = {
  readonly name: string;
  readonly ok: boolean;
  /** What is wrong, or that nothing is, as a sentence. */
  readonly text: string;
  /** What DNS must say. */
  readonly record: string;
};

/** Compares a key with its record. */
export async function checkKey(key: SigningKey, ask: AskTxt, signal: AbortSignal) {
  const name = keyName(key);
  const record = recordOf(key);
  const answer = (ok: boolean, text: string): KeyCheck => ({ name, ok, text, record });
  let found: readonly string[];
  try {
    found = await ask(name, signal);
  } catch (error) {
    const isAbsent = ['ENOTFOUND', 'ENODATA'].includes(errorCode(error) ?? '');
    return answer(false, isAbsent ? 'There is no such record.' : `No answer: ${explain(error)}.`);
  }
  const [only = '', ...more] = found;
  if (found.length === 0) return answer(false, 'There is no such record.');
  if (more.length > 0) return answer(false, `There are ${found.length} records; only one may be.`);
  const published = readRecord(only);
  switch (published.kind) {
    case 'broken':
      return answer(false, `The record cannot be used: ${published.why}.`);
    case 'revoked':
      return answer(false, 'The record says that the key is revoked (p= is empty).');
    case 'key': {
      if (published.algorithm !== key.algorithm) {
        return answer(false, `The record is for ${published.algorithm}, the key ${key.algorithm}.`);
      }
      const isSame = publicText(published.key) === publicText(key.key);
      return isSame
        ? answer(true, 'The record fits.')
        : answer(false, 'The record is that of another key.');
    }
  }
}

/** A record as a zone file has it: in pieces of 255 characters at most. */
export function zoneLine(name: string, record: string): string {
  const pieces = record.match(/.{1,250}/g) ?? [];
  return `${name}. IN TXT ( ${pieces.map((piece) => `"${piece}"`).join('\n    ')} )`;
}
