/**
 * The quoting of mboxrd: a line that begins with any number of ">" and "From " gets one ">" more,
 * so that it can be taken away again without guessing. Lines end with LF.
 */

const lf = 0x0a;
const cr = 0x0d;
const maxLine = 1 << 20;
const quote = Buffer.from('>');
const newLine = Buffer.from('\n');

/** Quotes From-lines, makes CRLF LF, and ends with an empty line. */
export async function* quotedLines(
  source: Iterable<Buffer> | AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let inLine = false;
  const take = (line: Buffer, ended: boolean): Buffer[] => {
    const begins = !inLine;
    inLine = !ended;
    const bare = ended && line.at(-1) === cr ? line.subarray(0, -1) : line;
    const parts = begins && isFromLine(bare) ? [quote, bare] : [bare];
    return ended ? [...parts, newLine] : parts;
  };
  for await (const chunk of source) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const parts: Buffer[] = [];
    let from = 0;
    for (let at = bytes.indexOf(lf); at >= 0; at = bytes.indexOf(lf, from)) {
      parts.push(...take(bytes.subarray(from, at), true));
      from = at + 1;
    }
    rest = bytes.subarray(from);
    // A line without an end is passed on in pieces, but for a CR that may be half a line end.
    if (rest.length > maxLine) {
      const cut = rest.at(-1) === cr ? rest.length - 1 : rest.length;
      parts.push(...take(rest.subarray(0, cut), false));
      rest = rest.subarray(cut);
    }
    // The source may use its memory again for the next chunk.
    rest = Buffer.from(rest);
    yield Buffer.concat(parts);
  }
  const last = rest.length > 0 || inLine ? take(rest, true) : [];
  yield Buffer.concat([...last, newLine]);
}

function isFromLine(line: Buffer): boolean {
  const first = line[0];
  if (first !== 0x3e && first !== 0x46) return false;
  return /^>*From /.test(line.toString('latin1', 0, 200));
}
