import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';

/** A stretch of a file: from `start` up to, not including, `end`. */
export type FileRange = {
  readonly path: string;
  readonly start: number;
  readonly end: number;
};

/** The bytes of a range, as a stream; never more than a chunk of them in memory. */
export function bodyStream(range: FileRange): Readable {
  if (range.end <= range.start) return Readable.from([]);
  return createReadStream(range.path, { start: range.start, end: range.end - 1 });
}
