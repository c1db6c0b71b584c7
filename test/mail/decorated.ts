import { Readable } from 'node:stream';
import { decorate } from '../../src/mail/decorate.ts';
import type { Texts } from '../../src/mail/decorate-part.ts';
import { parseHeaders } from '../../src/mail/headers.ts';

/** Bytes as a stream of chunks of that size. */
export function inChunks(bytes: Buffer, size = 65_536): Readable {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return Readable.from(chunks);
}

/** A message cut at its first blank line. */
export function cut(message: Buffer): { header: Buffer; body: Buffer } {
  const text = message.toString('latin1');
  const blank = /^\r?\n|\n\r?\n/.exec(text);
  if (!blank) return { header: message, body: Buffer.alloc(0) };
  const header = blank[0].startsWith('\n') && blank.index > 0 ? blank.index + 1 : blank.index;
  return {
    header: message.subarray(0, header),
    body: message.subarray(blank.index + blank[0].length),
  };
}

/** The whole message with the texts around its body. */
export async function decorated(
  message: Buffer | string,
  texts: Partial<Texts>,
  chunkSize = 65_536,
): Promise<Buffer> {
  const bytes = typeof message === 'string' ? Buffer.from(message) : message;
  const { header, body } = cut(bytes);
  const transform = decorate({ header: '', footer: '', ...texts });
  const done = await transform.run(parseHeaders(header), inChunks(body, chunkSize));
  const chunks: Buffer[] = [];
  for await (const chunk of done.body) chunks.push(Buffer.from(chunk));
  const head = done.headers.bytes();
  return Buffer.concat([head, Buffer.from(done.headers.lineEnd), ...chunks]);
}

/** Lines as a message, CRLF between them and at the end. */
export function message(...lines: readonly string[]): string {
  return lines.map((line) => `${line}\r\n`).join('');
}
