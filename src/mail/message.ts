import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable, type Writable } from 'node:stream';
import { type HeaderBlock, parseHeaders } from './headers.ts';
import { bodyStream, type FileRange } from './range.ts';

export { bodyStream, type FileRange };

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

/** Whether reading gave no message. */
export function isBroken(message: Message | Broken): message is Broken {
  return 'kind' in message;
}

/** Read the header of a message file, within limits, and find its body, without reading that. */
export async function readMessage(
  path: string,
  { maxHeaderBytes = 262_144, maxHeaderFields = 1000 }: MessageLimits = {},
): Promise<Message | Broken> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  if (size === 0) return broken('The file is empty.');
  const found = await readHeader(file, maxHeaderBytes);
  if (found === undefined) {
    return broken(`The header is longer than ${maxHeaderBytes} bytes.`);
  }
  const { header, bodyStart } = found;
  if (header.includes(0)) return broken('The header contains NUL bytes.');
  const headers = parseHeaders(header);
  if (headers.size > maxHeaderFields) {
    return broken(`The header has ${headers.size} fields; the limit is ${maxHeaderFields}.`);
  }
  if (headers.names().length === 0) return broken('There is no header field.');
  return { headers, body: { path, start: bodyStart, end: Math.max(size, bodyStart) } };
}

function broken(reason: string): Broken {
  return { kind: 'broken', reason };
}

type Found = { readonly header: Buffer; readonly bodyStart: number };

/** The bytes before the first blank line, or the whole file without one; undefined: too long. */
async function readHeader(file: FileHandle, maxBytes: number): Promise<Found | undefined> {
  let seen = Buffer.alloc(0);
  for (;;) {
    const room = Math.min(Math.max(chunkBytes, seen.length), maxBytes + 4 - seen.length);
    const chunk = Buffer.allocUnsafe(room);
    const { bytesRead } = await file.read(chunk, 0, room, seen.length);
    const from = Math.max(0, seen.length - 3);
    seen = Buffer.concat([seen, chunk.subarray(0, bytesRead)]);
    const found = blankLine(seen, from);
    if (found) return found.header.length > maxBytes ? undefined : found;
    if (bytesRead === 0) return { header: seen, bodyStart: seen.length };
    if (seen.length >= maxBytes + 4) return undefined;
  }
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
  const bytes = headers.bytes();
  const ended = bytes.length === 0 || bytes.at(-1) === 0x0a;
  await write(
    out,
    Buffer.concat([bytes, Buffer.from((ended ? '' : headers.lineEnd) + headers.lineEnd)]),
  );
  const stream = body instanceof Readable ? body : bodyStream(body);
  for await (const chunk of stream) await write(out, chunk);
}

async function write(out: Writable, chunk: Buffer | string): Promise<void> {
  if (out.errored) throw out.errored;
  if (!out.write(chunk)) await once(out, 'drain');
}
