/** Texts around a message that must not be touched: a new multipart with the message as a part. */
import { createHash } from 'node:crypto';
import { type Decorated, type Part, type Texts, textPart } from './decorate-part.ts';
import { encodingOf } from './transfer.ts';
import type { HeaderBlock } from './types.ts';

/** Fields that say how long the body is, which is no longer true. */
export const lengthFields = ['content-length', 'lines', 'content-md5'] as const;

/**
 * The message as the middle part of a multipart/mixed. Its Content-* fields move inside with it,
 * bytes and all, so a signature over the part verifies as before.
 */
export function wrap({ headers, body }: Part, texts: Texts): Decorated {
  const { lineEnd } = headers;
  const boundary = makeBoundary(headers, body.head);
  const length: readonly string[] = lengthFields;
  const inner = headers.filter((name) => name.startsWith('content-') && !length.includes(name));
  const outer = headers
    .remove(/^content-/, ...lengthFields)
    .setRaw('Content-Type', `multipart/mixed; boundary="${boundary}"`);
  const encoding = encodingOf(headers);
  const isWide = encoding === '8bit' || encoding === 'binary';
  const line = `--${boundary}${lineEnd}`;
  const innerBytes = inner.bytes();
  const isEnded = innerBytes.length === 0 || innerBytes.at(-1) === 0x0a;
  async function* chunks(): AsyncGenerator<Buffer> {
    const header = before(line, texts.header, lineEnd, texts.mark);
    const blank = Buffer.from(isEnded ? lineEnd : lineEnd + lineEnd);
    yield Buffer.concat([header, Buffer.from(line), innerBytes, blank]);
    yield* body.chunks();
    const footer = before(line, texts.footer, lineEnd, texts.mark);
    yield Buffer.concat([Buffer.from(lineEnd), footer, Buffer.from(`--${boundary}--${lineEnd}`)]);
  }
  return {
    // RFC 2045 section 6.4: a multipart is at least as wide as the widest of its parts.
    headers: isWide ? outer.setRaw('Content-Transfer-Encoding', encoding) : outer,
    chunks: chunks(),
  };
}

function before(line: string, text: string, lineEnd: string, mark?: string): Buffer {
  if (text.trim() === '') return Buffer.alloc(0);
  return Buffer.concat([Buffer.from(line), textPart(text, lineEnd, mark), Buffer.from(lineEnd)]);
}

/**
 * A boundary that the beginning of the body does not contain; the same for the same message.
 *
 * What is behind the beginning is not looked at: it was hashed from all before, so that only
 * somebody who works hard on it can have it there, and he would damage nothing but his own mail.
 * `=_` occurs in no quoted-printable or base64 text.
 */
function makeBoundary(headers: HeaderBlock, head: Buffer): string {
  for (let round = 0; ; round++) {
    const hash = createHash('sha256').update(`${round} `).update(headers.bytes()).update(head);
    const boundary = `=_${hash.digest('hex').slice(0, 40)}`;
    if (!head.includes(boundary)) return boundary;
  }
}
