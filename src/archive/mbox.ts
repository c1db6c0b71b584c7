/**
 * One mboxrd file a month and list: what was posted, raw.
 *
 * Appended exactly once: before anything is appended, a line in `<file>.begun` says from which
 * byte to which it will stand, synced. An entry that comes again after a crash is found there.
 * When it was the last to begin, what stands from its beginning on is its own: that is cut off,
 * and it is appended anew. When another one began after it, it is still there, or it was cut off
 * by that one as a beginning without an end, and is appended anew. A line that was itself cut
 * off is no line, and then nothing was appended. There is one writer.
 *
 * The format is mboxrd (mbox(5), RFC 4155): `quote.ts`.
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { type Disk, realDisk } from '../ground/disk.ts';
import { piecesOf } from '../ground/pieces.ts';
import { quotedLines } from './quote.ts';

export type MboxEntry = {
  readonly id: string;
  readonly message: string;
  /** Envelope sender; null is `<>`. */
  readonly sender: string | null;
  /** When it came to us, ms. */
  readonly received: number;
};

/** `<folder>/<list>/<YYYY-MM>.mbox` (UTC). */
export function mboxFile(folder: string, list: string, received: number): string {
  return join(folder, list, `${new Date(received).toISOString().slice(0, 7)}.mbox`);
}

/** What appending needs of the house. */
export type MboxParts = {
  /**
   * Which of these entries may still come again. It is asked before the beginnings of the others
   * are forgotten, so they must not come again after a power cut either.
   */
  readonly stillComing: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly disk?: Disk;
  /** Beginnings kept before it is asked which are still wanted. */
  readonly maxBegun?: number;
};

/** Appends a message, or makes whole what an earlier try has begun. Durable when it resolves. */
export async function appendToMbox(
  file: string,
  entry: MboxEntry,
  { stillComing, disk = realDisk, maxBegun = 64 }: MboxParts,
): Promise<void> {
  const folder = dirname(file);
  if (!fs.existsSync(folder)) disk.makeDir(folder);
  let begun = readBegun(`${file}.begun`);
  const last = begun.lines.at(-1);
  const mine = begun.lines.findLast(({ id }) => id === entry.id);
  if (mine && mine !== last && (await holds(file, mine, entry))) return;
  const start = mine && mine === last ? Math.min(mine.start, sizeOf(file)) : endOf(file, last);
  if (mine !== last || !last) {
    if (begun.lines.length >= maxBegun) {
      const coming = await stillComing(begun.lines.map(({ id }) => id));
      begun = await keepBegun(disk, `${file}.begun`, begun.lines, coming);
    }
    const line = lineOf({ id: entry.id, start, end: start + (await lengthOf(entry)) });
    await disk.append(`${file}.begun`, begun.end, (write) => write(Buffer.from(line)));
  }
  // The first of a file: the names are new, or we were cut off before they were durable.
  const names = start === 0 ? [dirname(folder), folder] : [];
  for (const name of names) await disk.syncDir(name);
  await disk.append(file, start, async (write) => {
    for await (const chunk of bytesOf(entry)) await write(chunk);
  });
  for (const name of names.slice(1)) await disk.syncDir(name);
}

const smallBytes = 65_536;

async function* bytesOf(entry: MboxEntry): AsyncGenerator<Buffer> {
  yield Buffer.from(fromLine(entry));
  // Nearly all mail is small: to read it at once costs less than a stream.
  const isSmall = fs.statSync(entry.message).size <= smallBytes;
  yield* quotedLines(isSmall ? [fs.readFileSync(entry.message)] : piecesOf(entry.message));
}

async function lengthOf(entry: MboxEntry): Promise<number> {
  let length = 0;
  for await (const chunk of bytesOf(entry)) length += chunk.length;
  return length;
}

type Line = { readonly id: string; readonly start: number; readonly end: number };
/** Who began where, the last one last, and where the next line goes. */
type Begun = { readonly lines: readonly Line[]; readonly end: number };

function readBegun(file: string): Begun {
  if (!fs.existsSync(file)) return { lines: [], end: 0 };
  const text = fs.readFileSync(file, 'latin1');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const lines = [...whole.matchAll(/^(\S+) (\d+) (\d+)\n/gm)].map(([, id = '', start, end]) => ({
    id,
    start: Number(start),
    end: Number(end),
  }));
  return { lines, end: whole.length };
}

function lineOf({ id, start, end }: Line): string {
  return `${id} ${start} ${end}\n`;
}

/** Forgets all but those that are still coming, in one step. */
async function keepBegun(
  disk: Disk,
  file: string,
  before: readonly Line[],
  coming: ReadonlySet<string>,
): Promise<Begun> {
  const lines = before.filter(({ id }) => coming.has(id));
  const text = lines.map(lineOf).join('');
  const made = `${file}.new`;
  if (fs.existsSync(made)) disk.remove(made);
  await disk.write(made, text);
  disk.rename(made, file);
  await disk.syncDir(dirname(file));
  return { lines, end: text.length };
}

/** Where the next one begins: what the last one left without its end is cut off; it comes again. */
function endOf(file: string, last: Line | undefined): number {
  const size = sizeOf(file);
  return last && size < last.end ? Math.min(last.start, size) : size;
}

function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Whether an entry stands where it once began, every byte of it. */
async function holds(file: string, { start, end }: Line, entry: MboxEntry): Promise<boolean> {
  if (sizeOf(file) < end) return false;
  const wanted = createHash('sha256');
  for await (const chunk of bytesOf(entry)) wanted.update(chunk);
  const found = createHash('sha256');
  for await (const piece of piecesOf(file, start, end)) found.update(piece);
  return wanted.digest().equals(found.digest());
}

/** `From sender asctime-date`: a sender with a space in it would end the address early. */
function fromLine({ sender, received }: MboxEntry): string {
  const who = (sender ?? 'MAILER-DAEMON').replaceAll(/\s/g, '_') || 'MAILER-DAEMON';
  const [, day, date, month, year, time] =
    /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(received).toUTCString()) ?? [];
  return `From ${who} ${day} ${month} ${String(Number(date)).padStart(2)} ${time} ${year}\n`;
}
