import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { HeaderBlock } from './headers.ts';
import type { FileRange } from './types.ts';

/** Nearly all mail: read at once, a stream would cost more than the reading. */
const smallBytes = 32_768;

/** The bytes of a range, as a stream; never more than a chunk of them in memory. */
export function bodyStream(range: FileRange): Readable {
  const size = range.end - range.start;
  if (size <= 0) return Readable.from([], { objectMode: false });
  if (size <= smallBytes) return Readable.from([readRange(range)], { objectMode: false });
  return createReadStream(range.path, { start: range.start, end: range.end - 1 });
}

/** The bytes of a message: header, blank line, body. */
export async function* messageBytes(
  headers: HeaderBlock,
  body: Readable | FileRange,
): AsyncGenerator<Buffer> {
  yield headers.bytesWithBlankLine();
  if (body instanceof Readable) yield* body;
  else if (body.end - body.start > smallBytes) yield* bodyStream(body);
  else yield readRange(body);
}

/** The bytes of a range that is known to be small; less where the file is shorter. */
export function readRange({ path, start, end }: FileRange): Buffer {
  const bytes = Buffer.allocUnsafe(Math.max(0, end - start));
  if (bytes.length === 0) return bytes;
  const file = openSync(path, 'r');
  try {
    let size = 0;
    for (let more = -1; more !== 0 && size < bytes.length; size += more) {
      more = readSync(file, bytes, size, bytes.length - size, start + size);
    }
    return bytes.subarray(0, size);
  } finally {
    closeSync(file);
  }
}
