/**
 * Reads members from a file or a pipe, line by line: CSV with a header line that names the
 * columns, or one address a line (`ann@example.org`, `Ann <ann@example.org>`).
 */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { exit, UsageError } from '../ground/errors.ts';
import { parseAddressList } from '../mail/address.ts';
import type { Role } from '../model/list.ts';
import type { Io } from './command.ts';
import { csvLines, headerOf } from './roster-csv.ts';
import { brief, lineOf, type RosterLine } from './roster-line.ts';

/** Longest line of plain text that is looked at. */
const maxLineChars = 10_000;

/** How far the reading is. */
export type Reading = { readonly lines: AsyncIterable<RosterLine>; bytesRead(): number };

/** Lines of the file, or of standard input for `-`. `role` is for lines that name none. */
export function readRoster(io: Io, file: string, role: Role): Reading {
  // Opened when it is first read: nobody hears a stream fail that nobody reads.
  const input = () => (file === '-' ? io.stdin : createReadStream(file));
  let bytes = 0;
  const decoded = decode(input, (more) => {
    bytes += more;
  });
  return { lines: readLines(decoded, file, role), bytesRead: () => bytes };
}

/** Text in pieces. What is no UTF-8 becomes U+FFFD, which no address and no name may have. */
async function* decode(
  input: () => NodeJS.ReadableStream,
  count: (bytes: number) => void,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8');
  for await (const chunk of input()) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    count(bytes.length);
    yield decoder.decode(bytes, { stream: true });
  }
  yield decoder.decode();
}

async function* readLines(
  decoded: AsyncGenerator<string>,
  file: string,
  role: Role,
): AsyncGenerator<RosterLine> {
  const { head, first } = await firstLine(decoded);
  async function* whole() {
    yield head;
    yield* decoded;
  }
  const header = headerOf(first);
  if (header) yield* csvLines(Readable.from(whole()), header, role);
  else if (/[,;\t].*[,;\t]/.test(first) && first.includes('@')) {
    throw new UsageError(
      `${file}: a table needs a first line that names its columns, one of them "email"`,
      exit.dataErr,
    );
  } else yield* plainLines(whole(), role);
}

/** The beginning of the text, up to and with the end of its first line that says something. */
async function firstLine(
  decoded: AsyncGenerator<string>,
): Promise<{ head: string; first: string }> {
  let head = '';
  for (;;) {
    const lines = head.split(/\r\n|\n|\r/);
    const first = lines.slice(0, -1).find((line) => line.trim() !== '');
    if (first !== undefined) return { head, first };
    if (head.length > maxLineChars) return { head, first: head.slice(0, maxLineChars) };
    const next = await decoded.next();
    if (next.done) return { head, first: head };
    head += next.value;
  }
}

/** One address a line; empty lines and those that begin with `#` are passed over. */
async function* plainLines(text: AsyncIterable<string>, role: Role): AsyncGenerator<RosterLine> {
  let rest = '';
  let number = 0;
  for await (const piece of text) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      number += 1;
      const read = plainLine(line, number, role);
      if (read) yield read;
    }
    if (rest.length > maxLineChars) break;
  }
  const last = plainLine(rest, number + 1, role);
  if (last) yield last;
}

function plainLine(text: string, line: number, role: Role): RosterLine | undefined {
  const plain = text.trim();
  if (plain === '' || plain.startsWith('#')) return undefined;
  if (plain.length > maxLineChars) return { kind: 'bad', line, why: 'a line without an end' };
  const [mailbox, ...others] = parseAddressList(plain);
  if (others.length > 0) return { kind: 'bad', line, why: `several addresses: ${brief(plain)}` };
  return lineOf(line, mailbox?.address, { name: mailbox?.name ?? '', shown: plain, role });
}
