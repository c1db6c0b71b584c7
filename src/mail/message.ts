import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type HeaderBlock, parseHeaders } from './headers.ts';
import { type MimePart, walkMime } from './mime.ts';
import { bodyStream, messageBytes, readRange } from './range.ts';
import { decodeTransfer, type Encoding, encodingOf } from './transfer.ts';
import type { FileRange } from './types.ts';
import { decodeText, parseContentType } from './words.ts';

export type { FileRange } from './types.ts';
export { bodyStream };

/** A message: its header in memory, its body on disk. */
export type Message = { readonly headers: HeaderBlock; readonly body: FileRange };

/** No message at all, and why, as a sentence for a person. */
export type Broken = { readonly kind: 'broken'; readonly reason: string };

/** What a header may be at most. */
export type MessageLimits = {
  readonly maxHeaderBytes?: number;
  readonly maxHeaderFields?: number;
};

const chunkBytes = 16_384;
const lf = 0x0a;

/** Whether reading gave no message. */
export function isBroken(message: Message | Broken): message is Broken {
  return 'kind' in message;
}

/** Read the header of a message file, within limits, and find its body, without reading that. */
export async function readMessage(
  path: string,
  { maxHeaderBytes = 262_144, maxHeaderFields = 1000 }: MessageLimits = {},
): Promise<Message | Broken> {
  const { size, found } = openHeader(path, maxHeaderBytes);
  if (size === 0) return broken('The file is empty.');
  if (found === undefined) {
    return broken(`The header is longer than ${maxHeaderBytes} bytes.`);
  }
  const { header, bodyStart } = found;
  if (header.includes(0)) return broken('The header contains NUL bytes.');
  const headers = parseHeaders(withoutFromLine(header));
  if (headers.size > maxHeaderFields) {
    return broken(`The header has ${headers.size} fields; the limit is ${maxHeaderFields}.`);
  }
  if (headers.names().length === 0) return broken('There is no header field.');
  return { headers, body: { path, start: bodyStart, end: Math.max(size, bodyStart) } };
}

/**
 * What some MTAs write before a message for programs and mailboxes says who sent it, and is no
 * field: a server that finds it in a header takes all that follows for the body.
 */
function withoutFromLine(header: Buffer): Buffer {
  if (!/^>?From [^\s:]/.test(header.toString('latin1', 0, 8))) return header;
  return header.subarray(header.indexOf(lf) + 1);
}

function broken(reason: string): Broken {
  return { kind: 'broken', reason };
}

type Found = { readonly header: Buffer; readonly bodyStart: number };

/** The bytes before the first blank line, or the whole file without one; undefined: too long. */
function readHeader(file: number, maxBytes: number): Found | undefined {
  let seen = Buffer.alloc(0);
  for (;;) {
    const room = Math.min(Math.max(chunkBytes, seen.length), maxBytes + 4 - seen.length);
    const chunk = Buffer.allocUnsafe(room);
    const bytesRead = readSync(file, chunk, 0, room, seen.length);
    const from = Math.max(0, seen.length - 3);
    seen = Buffer.concat([seen, chunk.subarray(0, bytesRead)]);
    const found = blankLine(seen, from);
    if (found) return found.header.length > maxBytes ? undefined : found;
    if (bytesRead === 0) return { header: seen, bodyStart: seen.length };
    if (seen.length >= maxBytes + 4) return undefined;
  }
}

/** The kernel has a header at hand: four trips through the thread pool would cost more. */
function openHeader(
  path: string,
  maxBytes: number,
): { readonly size: number; readonly found: Found | undefined } {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    return { size, found: size === 0 ? undefined : readHeader(file, maxBytes) };
  } finally {
    closeSync(file);
  }
}

/** Where the header of a message ends, and its body begins; undefined: there is no empty line. */
export function headerEnd(bytes: Buffer): Found | undefined {
  return blankLine(bytes, 0);
}

/** The first empty line, its own line end CRLF or LF. */
function blankLine(bytes: Buffer, from: number): Found | undefined {
  if (from === 0) {
    if (bytes[0] === 0x0a) return { header: bytes.subarray(0, 0), bodyStart: 1 };
    if (bytes[0] === 0x0d && bytes[1] === 0x0a) {
      return { header: bytes.subarray(0, 0), bodyStart: 2 };
    }
  }
  for (let at = bytes.indexOf(0x0a, from); at >= 0; at = bytes.indexOf(0x0a, at + 1)) {
    const header = bytes.subarray(0, at + 1);
    if (bytes[at + 1] === 0x0a) return { header, bodyStart: at + 2 };
    if (bytes[at + 1] === 0x0d && bytes[at + 2] === 0x0a) return { header, bodyStart: at + 3 };
  }
  return undefined;
}

/** Write header, blank line and body to `out`, which is left open. Bodies pass in chunks. */
export async function writeMessage(
  headers: HeaderBlock,
  body: Readable | FileRange,
  out: Writable,
): Promise<void> {
  await pipeline(messageBytes(headers, body), out, { end: false });
}

/**
 * The first `count` lines of the first text/plain part that is no attachment, decoded; none where
 * there is no such part. Reads a bounded stretch of the body: enough for `maxBytes` of text.
 */
export async function firstLines(
  { headers, body }: Message,
  count: number,
  maxBytes = 16_384,
): Promise<string[]> {
  // Transfer encodings triple a byte at most; the rest is for frames and headers before the part.
  const end = Math.min(body.end, body.start + maxBytes * 3 + 65_536);
  const alone = plainAlone(headers);
  if (alone) {
    const bytes = decodeTransfer(readRange({ ...body, end }), alone.encoding);
    return linesIn(bytes.subarray(0, maxBytes), alone.charset).slice(0, count);
  }
  const chunks: Buffer[] = [];
  let text: MimePart | undefined;
  let size = 0;
  for await (const event of walkMime({ headers, body: { ...body, end } })) {
    if (event.kind === 'verdict') break;
    const { part } = event;
    if (event.kind === 'part') {
      if (text) break;
      if (isReadable(part)) text = part;
    } else if (event.kind === 'content' && part === text) {
      chunks.push(event.bytes);
      size += event.bytes.length;
      if (size > maxBytes * 3) break;
    }
  }
  if (!text) return [];
  const decoded = await decodedBytes(text, chunks, maxBytes);
  return linesIn(decoded, text.params.get('charset')).slice(0, count);
}

function linesIn(bytes: Buffer, charset = 'utf-8'): string[] {
  return decodeText(bytes, charset).split(/\r\n|\n|\r/);
}

/** A message that is nothing but plain text, as most are, needs no walk through its parts. */
function plainAlone(
  headers: HeaderBlock,
): { readonly charset: string | undefined; readonly encoding: Encoding } | undefined {
  if (headers.has('content-disposition') || headers.raw('content-type').length > 1)
    return undefined;
  const { type, subtype, params } = parseContentType(headers.raw('content-type')[0]);
  const encoding = encodingOf(headers);
  return type === 'text' && subtype === 'plain' && encoding !== undefined
    ? { charset: params.get('charset'), encoding }
    : undefined;
}

function isReadable(part: MimePart): boolean {
  return part.type === 'text' && part.subtype === 'plain' && part.disposition !== 'attachment';
}

async function decodedBytes(part: MimePart, chunks: Buffer[], maxBytes: number): Promise<Buffer> {
  const decoder = part.decoder();
  Readable.from(chunks, { objectMode: false }).pipe(decoder);
  const out: Buffer[] = [];
  for await (const chunk of decoder) out.push(chunk);
  return Buffer.concat(out).subarray(0, maxBytes);
}
