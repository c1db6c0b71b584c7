/** A message without what should not be known: its text alone, in which words are struck out. */
import type { Contents } from '../mail/contents.ts';
import { noHeaders } from '../mail/headers.ts';
import type { HeaderBlock } from '../mail/types.ts';
import { encodeWords } from '../mail/words.ts';

export type Redaction = {
  /** Struck out wherever they stand, in any case; without any, all of the text is. */
  readonly words: readonly string[];
  /** Nobody shall know who wrote it. */
  readonly hidesAuthor: boolean;
};

const struck = '[redacted]';
/** Fields that say where the message belongs; all others go. */
const kept = ['date', 'message-id', 'in-reply-to', 'references'] as const;

/** The message that takes the place of another one. */
export function redacted(headers: HeaderBlock, contents: Contents, redaction: Redaction): Buffer {
  const strike = striking(redaction.words);
  let made = noHeaders;
  if (redaction.hidesAuthor)
    made = made.addRaw('From', `${struck.slice(1, -1)} <redacted@invalid.invalid>`);
  else for (const value of headers.raw('from').slice(0, 1)) made = made.addRaw('From', value);
  for (const name of kept) {
    for (const value of headers.raw(name).slice(0, 1)) made = made.addRaw(titled(name), value);
  }
  made = made
    .addRaw('Subject', encodeWords(strike(headers.get('subject') ?? '')))
    .addRaw('MIME-Version', '1.0')
    .addRaw('Content-Type', 'text/plain; charset=utf-8')
    .addRaw('Content-Transfer-Encoding', '8bit');
  const text = redaction.words.length === 0 ? `${struck}\n` : strike(contents.text);
  const files = contents.files.map(({ name, type }) => `[${strike(name) || type} was taken out]\n`);
  return Buffer.concat([made.bytesWithBlankLine(), Buffer.from([text, ...files].join('\n'))]);
}

function titled(name: string): string {
  return name
    .replaceAll(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase())
    .replace('-Id', '-ID');
}

/** By the words as they are written, longest first. */
function striking(words: readonly string[]): (text: string) => string {
  if (words.length === 0) return (text) => text;
  const sorted = [...words].sort((a, b) => b.length - a.length);
  const parts = sorted.map((word) =>
    word.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replaceAll(/\s+/g, '\\s+'),
  );
  const pattern = new RegExp(parts.join('|'), 'giu');
  return (text) => text.replaceAll(pattern, struck);
}
