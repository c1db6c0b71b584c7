/**
 * How much of a report is read: its head and its tail. Large is what was returned; a report of
 * thousands of recipients is large itself, and then more is read of the end where they stand.
 */

/** So much of the start of a report is read. */
export const headBytes = 256 * 1024;
/** Where that much has not come to the returned message: names and reasons of 2,000 recipients. */
const longHeadBytes = 2 * 1024 * 1024;
/** And so much of its end, where some reporters put the status. */
export const tailBytes = 64 * 1024;
/** Where that begins amid the recipients. */
const longTailBytes = 1024 * 1024;

/** Gives bytes of a report: as many as there are, up to `length`. */
export type ReadPiece = (position: number, length: number) => Buffer;

/**
 * Head and tail of a report of `size` bytes as one; all of it, where that is no more. The line in
 * which the tail begins is cut; what stands before its first line end is dropped.
 */
export function readEnds(size: number, read: ReadPiece): Buffer {
  if (size <= headBytes + tailBytes) return read(0, size);
  const head = isLongReport(text(read(0, headBytes))) ? longHeadBytes : headBytes;
  const tail = beginsAmid(text(read(size - tailBytes, tailBytes))) ? longTailBytes : tailBytes;
  if (size <= head + tail) return read(0, size);
  const end = read(size - tail, tail);
  return Buffer.concat([read(0, head), Buffer.from('\n'), end.subarray(end.indexOf(10) + 1)]);
}

const text = (bytes: Buffer): string => bytes.toString('latin1');

function isLongReport(head: string): boolean {
  const isReport = /^content-type:\s{0,9}multipart\/report\b/im.test(head);
  return isReport && !/^content-type:\s{0,9}(?:message|text)\/(?:rfc822|global)/im.test(head);
}

function beginsAmid(tail: string): boolean {
  return (
    /^final-recipient:/im.test(tail) &&
    !/^content-type:\s{0,9}message\/(?:global-)?delivery-status/im.test(tail)
  );
}
