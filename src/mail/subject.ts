import { decodeWords, encodeText, encodeWords, isPlain } from './words.ts';

/** What mail programs of different languages put before the subject of an answer. */
const marks = 're|aw|sv|vs|antw|odp|ynt|bls|vá|atb|res|απ|回复|回覆|答复|答覆';
/** A subject longer than this is not worth the care of keeping its charset. */
const maxKeptChars = 1000;
const leadingMark = new RegExp(
  `^(?:${marks})[ \\t]{0,9}(?:\\[\\d{1,9}\\]|\\(\\d{1,9}\\)|\\^\\d{1,9})?[ \\t]{0,9}[:：][ \\t]*`,
  'iu',
);

const leadingBrackets = /^\[[^\][]{1,80}\][ \t]*/u;

/** A subject without prefixes of the list and marks of answering. */
export type BareSubject = { readonly text: string; readonly isAnswer: boolean };

/**
 * Cut the list's prefix, whatever number it carries, and the marks of answering.
 *
 * Both are cut at the start, in any order, as often as they come. A prefix in brackets is cut
 * wherever it stands ("Fwd: [cats 7] food"); others are not, because "cats: " may be prose.
 */
export function bareSubject(subject: string, prefix: string): BareSubject {
  const pattern = prefixPattern(prefix);
  let text = subject.trim();
  if (isBracketed(prefix)) text = text.replace(new RegExp(`${pattern}[ \\t]*`, 'giu'), '').trim();
  const leading = new RegExp(`^${pattern}[ \\t]*`, 'iu');
  let isAnswer = false;
  for (;;) {
    const rest = text.replace(leading, '');
    const cut = rest.replace(leadingMark, '');
    if (cut === text) return { text, isAnswer };
    isAnswer ||= cut !== rest;
    text = cut;
  }
}

/**
 * The subject as threads are known by it: without whatever stands in brackets before it either,
 * as lists may have had other prefixes than the one they have now.
 */
export function threadSubject(subject: string, prefix: string): BareSubject {
  let { text, isAnswer } = bareSubject(subject, prefix);
  for (;;) {
    const rest = text.replace(leadingBrackets, '');
    // Nothing but brackets: they are the subject.
    if (rest === text || rest === '') return { text, isAnswer };
    const bare = bareSubject(rest, prefix);
    if (bare.text === '') return { text, isAnswer };
    text = bare.text;
    isAnswer ||= bare.isAnswer;
  }
}

/** The prefix as a pattern, its number any number; one that matches nothing where it is empty. */
function prefixPattern(prefix: string): string {
  const trimmed = prefix.trim();
  if (trimmed === '') return '(?!)';
  const parts = trimmed.split(/%\d{0,2}d/).map((part) =>
    part
      .trim()
      .replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
      .replace(/\s+/g, '\\s{1,9}'),
  );
  return parts.join('\\s{0,9}\\d{1,15}\\s{0,9}');
}

function isBracketed(prefix: string): boolean {
  const words = prefix.replace(/%\d{0,2}d/g, '').trim();
  return /^(?:\[.*\]|\(.*\)|\{.*\})$/su.test(words) && /\p{L}/u.test(words);
}

/** The prefix with the number in place of `%d`; `%05d` fills up with zeros. */
export function numberedPrefix(prefix: string, number: number): string {
  return prefix.trim().replace(/%(0?)(\d{0,2})d/g, (_, zero: string, width: string) => {
    return String(number).padStart(Number(width), zero === '' ? ' ' : '0');
  });
}

/**
 * The value of a Subject field that begins with `start` (the prefix, perhaps a `Re: `) and goes on
 * with the bare subject of `raw`; encoded.
 *
 * Where what is left of the field can be used as it came, it is: its own encoded words in their
 * own charsets. Where marks have to be cut out of encoded words, the rest is encoded again in the
 * charset it had, so that whoever could read the field before can read it now.
 */
export function subjectValue(raw: string, prefix: string, start: string, rest: string): string {
  const head = start.trimEnd();
  if (isPlain(rest) && isPlain(head)) return `${head} ${rest}`;
  const kept = bareSubject(raw, prefix).text;
  const asItCame = /^[ -~\t]*$/.test(kept) && decodeWords(kept) === rest ? kept : undefined;
  const tail = asItCame ?? encodedTail(raw, rest);
  if (isPlain(head)) return `${head} ${tail}`;
  // White space between encoded words is not shown, so the one after the prefix goes inside.
  const isWord = tail.startsWith('=?');
  return isWord
    ? `${charsetWords(`${head} `, 'utf-8') ?? ''} ${tail}`
    : `${encodeWords(head)} ${tail}`;
}

function encodedTail(raw: string, rest: string): string {
  const charset = /=\?([^?*\s]{1,40})(?:\*[^?\s]{0,20})?\?[bq]\?/i.exec(raw)?.[1];
  if (charset === undefined || isPlain(rest) || rest.length > maxKeptChars)
    return encodeWords(rest);
  return charsetWords(rest, charset) ?? encodeWords(rest);
}

/** The text as base64 words of that charset; undefined where it cannot say it all. */
function charsetWords(text: string, charset: string): string | undefined {
  if (encodeText(text, charset) === undefined) return undefined;
  const room = Math.floor((75 - charset.length - '=??b??='.length) / 4) * 3;
  const words: string[] = [];
  let chunk = '';
  const push = (): void => {
    const bytes = encodeText(chunk, charset) ?? Buffer.alloc(0);
    words.push(`=?${charset}?b?${bytes.toString('base64')}?=`);
    chunk = '';
  };
  for (const char of text) {
    // Each word stands alone: a charset with shift states ends every one in its first state.
    const bytes = encodeText(chunk + char, charset);
    if (chunk !== '' && (bytes === undefined || bytes.length > room)) push();
    chunk += char;
  }
  if (chunk !== '') push();
  const joined = words.join(' ');
  return decodeWords(joined) === text.trim() ? joined : undefined;
}
