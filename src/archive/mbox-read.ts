/**
 * Reading an mbox that others wrote: mboxo, mboxrd, Mailman 2's, HyperKitty's exports, plain or
 * gzipped. A message begins at a From_ line with a date, behind an empty line (or at the start),
 * before a line that is a header field: old archives have lines in their text that begin with
 * "From ", and nobody quoted them. Where somebody lost the empty line, it is told by its exact form.
 */
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { createGunzip } from 'node:zlib';

const lf = 0x0a;
const cr = 0x0d;
/** A line longer than this is passed on in pieces: it is no From_ line. */
const maxLine = 65_536;
const fromStart = Buffer.from('From ');
const quoteMark = 0x3e;

const fromForm =
  /^From .*\b(?:mon|tue|wed|thu|fri|sat|sun),? +(?:[a-z]{3} +\d{1,2} +(\d{1,2}:\d{2}(?::\d{2})?).*?(\d{4})|\d{1,2} +[a-z]{3} +\d{4})/i;
/** As programs write it: hardly anybody else does. */
const exactForm =
  /^From \S+@\S+ +(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\s*$/;
const fieldForm = /^[!-9;-~]+[ \t]*:|^>?From /;

/** One message of a mailbox. */
export type BoxMessage = {
  readonly bytes: Buffer;
  /** Its From_ line, without the line end. */
  readonly from: string;
  /** It was longer than the limit: only its beginning is here. */
  readonly isCut: boolean;
  /** Bytes of the box that are read. */
  readonly read: number;
};

/** The messages of an mbox, one after the other. */
export async function* readMbox(path: string, maxBytes: number): AsyncGenerator<BoxMessage> {
  let from: string | undefined;
  let pieces: Buffer[] = [];
  let size = 0;
  let read = 0;
  let isBlank = true;
  let waiting: string | undefined;
  const finished = (): BoxMessage | undefined => {
    if (from === undefined) return undefined;
    const bytes = withoutLastBlank(Buffer.concat(pieces));
    const found = { bytes, from, isCut: size > maxBytes, read };
    pieces = [];
    size = 0;
    return found;
  };
  const take = (line: Buffer): void => {
    if (from === undefined) return;
    if (size <= maxBytes) pieces.push(unquoted(line));
    size += line.length;
  };
  for await (const line of linesOf(path)) {
    // The line behind a From_ line says whether it was one.
    if (waiting !== undefined) {
      if (fieldForm.test(line.toString('latin1', 0, 1000))) {
        const done = finished();
        if (done) yield done;
        from = waiting;
      } else take(Buffer.from(`${waiting}\n`, 'latin1'));
      waiting = undefined;
    }
    const isFrom = line.length < maxLine && line.subarray(0, 5).equals(fromStart);
    if (isFrom && (isBlank ? fromForm : exactForm).test(line.toString('latin1'))) {
      waiting = line.toString('latin1').trimEnd();
    } else take(line);
    isBlank = line.length <= 2 && (line[0] === lf || line[0] === cr);
    read += line.length;
  }
  if (waiting !== undefined) take(Buffer.from(`${waiting}\n`, 'latin1'));
  const done = finished();
  if (done) yield done;
}

/** mboxrd, and mboxo where it is the same: one mark less before "From ". */
function unquoted(line: Buffer): Buffer {
  if (line[0] !== quoteMark) return line;
  return /^>+From /.test(line.toString('latin1', 0, 200)) ? line.subarray(1) : line;
}

/** The empty line before the next From_ line is the box's, not the message's. */
function withoutLastBlank(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== lf) return bytes;
  const crlf = bytes.at(-2) === cr;
  const rest = bytes.subarray(0, bytes.length - (crlf ? 2 : 1));
  return rest.at(-1) === lf ? rest : bytes;
}

/** Lines with their ends; long ones in pieces. */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: 262_144 });
  const source = isGzip(path) ? file.pipe(createGunzip()) : file;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source as AsyncIterable<Buffer>) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    for (let end = bytes.indexOf(lf); end >= 0; end = bytes.indexOf(lf, at)) {
      yield bytes.subarray(at, end + 1);
      at = end + 1;
    }
    rest = bytes.subarray(at);
    if (rest.length > maxLine) {
      yield rest;
      rest = Buffer.alloc(0);
    }
  }
  if (rest.length > 0) yield rest;
}

function isGzip(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(2);
    return readSync(file, head, 0, 2, 0) === 2 && head[0] === 0x1f && head[1] === 0x8b;
  } finally {
    closeSync(file);
  }
}
