/**
 * The quoting of mboxrd: a line that begins with any number of ">" and "From " gets one ">" more,
 * so that it can be taken away again without guessing. Lines end with LF.
 *
 * Lines are copied from one buffer into another: an object for each of the half a million lines
 * of a large message would cost more than the message.
 */

const lf = 0x0a;
const cr = 0x0d;
const quoteMark = 0x3e;
const from = Buffer.from('From ');
const maxLine = 1 << 20;
/** The shortest line that gets a mark is "From " with its end. */
const markedEvery = from.length + 1;

/**
 * Quotes From-lines, makes CRLF LF, and ends with an empty line. What it is given may use its
 * memory again for the next chunk; what it gives is for keeps.
 */
export async function* quotedLines(
  source: Iterable<Buffer> | AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let inLine = false;
  const page = makePage();
  for await (const chunk of source) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    page.turn(bytes);
    let start = 0;
    for (let at = bytes.indexOf(lf); at >= 0; at = bytes.indexOf(lf, start)) {
      page.line(start, at > start && bytes[at - 1] === cr ? at - 1 : at, !inLine);
      page.end();
      inLine = false;
      start = at + 1;
    }
    // A line without an end is passed on in pieces, but for a CR that may be half a line end.
    if (bytes.length - start > maxLine) {
      const cut = bytes.at(-1) === cr ? bytes.length - 1 : bytes.length;
      page.line(start, cut, !inLine);
      inLine = true;
      start = cut;
    }
    rest = Buffer.from(bytes.subarray(start));
    yield page.filled();
  }
  page.turn(rest);
  if (rest.length > 0 || inLine) {
    page.line(0, rest.at(-1) === cr ? rest.length - 1 : rest.length, !inLine);
    page.end();
  }
  page.end();
  yield page.filled();
}

/** Memory for the lines of a buffer, with room for their marks and two line ends. */
function makePage() {
  let source: Buffer = Buffer.alloc(0);
  let page: Buffer = Buffer.alloc(0);
  let size = 0;
  return {
    /** The lines that follow are those of `bytes`. */
    turn(bytes: Buffer): void {
      source = bytes;
      size = 0;
      const room = bytes.length + Math.ceil(bytes.length / markedEvery) + 3;
      // A new one each time: whoever got the last may not have written it yet.
      page = Buffer.allocUnsafe(room);
    },
    line(start: number, end: number, begins: boolean): void {
      if (begins && isFromLine(source, start, end)) size = page.writeUInt8(quoteMark, size);
      size += source.copy(page, size, start, end);
    },
    end(): void {
      size = page.writeUInt8(lf, size);
    },
    filled: () => page.subarray(0, size),
  };
}

function isFromLine(bytes: Buffer, start: number, end: number): boolean {
  let at = start;
  while (at < end && bytes[at] === quoteMark) at += 1;
  if (end - at < from.length || bytes[at] !== from[0]) return false;
  return bytes.compare(from, 0, from.length, at, at + from.length) === 0;
}
