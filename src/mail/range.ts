import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { HeaderBlock } from './headers.ts';
import type { FileRange } from './types.ts';

/** The bytes of a range, as a stream; never more than a chunk of them in memory. */
export function bodyStream(range: FileRange): Readable {
  if (range.end <= range.start) return Readable.from([], { objectMode: false });
  return createReadStream(range.path, { start: range.start, end: range.end - 1 });
}

/** The bytes of a message: header, blank line, body. */
export async function* messageBytes(
  headers: HeaderBlock,
  body: Readable | FileRange,
): AsyncGenerator<Buffer> {
  yield headers.bytesWithBlankLine();
  yield* body instanceof Readable ? body : bodyStream(body);
}
