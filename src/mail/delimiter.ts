/** The delimiter lines of a multipart body (RFC 2046 section 5.1.1). */

export type Delimiter = {
  readonly isClosing: boolean;
  /** Where the line begins; the line end before it belongs to it, not to the part. */
  readonly start: number;
  /** Behind its line end. */
  readonly end: number;
};

export type Search =
  | ({ readonly kind: 'found' } & Delimiter)
  /** None; from `resume` on there may be one when more bytes have come. */
  | { readonly kind: 'none'; readonly resume: number };

/** White space behind a boundary; more of it is no delimiter. */
const maxPadding = 200;

/**
 * The first delimiter line at or after `from`. `atLineStart` says whether byte `from` begins a
 * line; `isLast` whether the bytes end where the body ends.
 */
export function findDelimiter(
  bytes: Buffer,
  boundary: Buffer,
  from: number,
  { atLineStart, isLast }: { atLineStart: boolean; isLast: boolean },
): Search {
  const startsLine = (at: number): boolean => (at === from ? atLineStart : bytes[at - 1] === 0x0a);
  let at = bytes.indexOf(boundary, from);
  for (; at >= 0; at = bytes.indexOf(boundary, at + 1)) {
    if (!startsLine(at)) continue;
    const found = readLine(bytes, at, at + boundary.length, isLast);
    if (found === 'incomplete') return { kind: 'none', resume: at };
    if (found !== undefined) return { kind: 'found', ...found };
  }
  // Only a line that may yet become a delimiter is kept back: nearly every chunk passes as it is.
  for (at = Math.max(from, bytes.length - boundary.length + 1); at < bytes.length; at++) {
    const isBegun =
      startsLine(at) && boundary.subarray(0, bytes.length - at).equals(bytes.subarray(at));
    if (isBegun && !isLast) return { kind: 'none', resume: at };
  }
  return { kind: 'none', resume: bytes.length };
}

/** The delimiter whose boundary ends at `behind`; undefined where the line goes on differently. */
function readLine(
  bytes: Buffer,
  start: number,
  behind: number,
  isLast: boolean,
): Delimiter | 'incomplete' | undefined {
  const isCut = behind >= bytes.length || (bytes[behind] === 0x2d && behind + 1 >= bytes.length);
  if (isCut && !isLast) return 'incomplete';
  const isClosing = bytes[behind] === 0x2d && bytes[behind + 1] === 0x2d;
  let at = isClosing ? behind + 2 : behind;
  const limit = Math.min(bytes.length, at + maxPadding);
  while (at < limit && isBlank(bytes[at])) at++;
  if (at >= bytes.length) return isLast ? { isClosing, start, end: bytes.length } : 'incomplete';
  return bytes[at] === 0x0a ? { isClosing, start, end: at + 1 } : undefined;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}

/** All delimiter lines of a body that is in memory, up to and with the closing one. */
export function allDelimiters(bytes: Buffer, boundary: Buffer, max: number): Delimiter[] {
  const found: Delimiter[] = [];
  let from = 0;
  while (found.length < max) {
    const next = findDelimiter(bytes, boundary, from, { atLineStart: true, isLast: true });
    if (next.kind === 'none') return found;
    found.push(next);
    if (next.isClosing) return found;
    from = next.end;
  }
  return found;
}

/** `--boundary`, as it stands at the start of a delimiter line. */
export function delimiterOf(boundary: string): Buffer {
  return Buffer.from(`--${boundary.trimEnd()}`, 'utf8');
}
