/** What commands print: tables for people, JSON for programs, progress for the patient. */
import { once } from 'node:events';
import type { Io } from './command.ts';

/** Rows that are looked at to find out how wide the columns are. */
const measuredRows = 1000;
/** Text is written in pieces of about this size. */
const pieceChars = 65_536;

export type Rows<T> = Iterable<T> | AsyncIterable<T>;

/** One column: its title, and what it says of a row. */
export type Column<T> = {
  readonly title: string;
  readonly of: (row: T) => string | number | boolean | null | undefined;
  readonly align?: 'right';
};

/** Writes and waits for a slow reader, so that nothing piles up in memory. */
export async function write(out: NodeJS.WritableStream, text: string | Uint8Array): Promise<void> {
  if (!out.write(text)) await once(out, 'drain');
}

/** Writes one line of the answer. */
export async function writeLine(io: Io, text = ''): Promise<void> {
  await write(io.stdout, `${text}\n`);
}

/** A remark that is not part of the answer. */
export async function note(io: Io, text: string): Promise<void> {
  await write(io.stderr, `${text}\n`);
}

/** What a listing is printed as. */
export type Format = { readonly json?: boolean };

/**
 * A listing. For programs: a JSON array with one element a line, so that it can be read whole or
 * line by line. For people: a table as wide as its first thousand rows need.
 */
export async function list<T>(
  io: Io,
  { json }: Format,
  rows: Rows<T>,
  columns: readonly Column<T>[],
  none = 'Nothing.',
): Promise<number> {
  if (json) return writeArray(io, rows);
  return writeTable(io, rows, columns, none);
}

/** One thing: an object for programs, `name: value` lines for people. */
export async function show(
  io: Io,
  { json }: Format,
  value: object,
  lines: readonly (readonly [string, string | number | boolean])[],
): Promise<void> {
  if (json) return writeLine(io, JSON.stringify(value, undefined, 2));
  const width = Math.max(0, ...lines.map(([name]) => name.length));
  for (const [name, text] of lines) {
    await writeLine(io, `${name.padEnd(width)}  ${cell(text)}`.trimEnd());
  }
}

async function writeArray<T>(io: Io, rows: Rows<T>): Promise<number> {
  const piece = new Piece(io);
  let count = 0;
  for await (const row of rows) {
    if (piece.add(`${count === 0 ? '[' : ','}\n${JSON.stringify(row)}`)) await piece.end();
    count += 1;
  }
  piece.add(count === 0 ? '[]\n' : '\n]\n');
  await piece.end();
  return count;
}

async function writeTable<T>(
  io: Io,
  rows: Rows<T>,
  columns: readonly Column<T>[],
  none: string,
): Promise<number> {
  const piece = new Piece(io);
  const waiting: string[][] = [];
  let widths: readonly number[] | undefined;
  let count = 0;
  const begin = (): readonly number[] => {
    const titles = columns.map(({ title }) => title);
    const found = columns.map((_, at) =>
      Math.max(...[titles, ...waiting].map((cells) => width(cells[at] ?? ''))),
    );
    for (const cells of [titles, ...waiting]) piece.add(line(cells, found, columns));
    return found;
  };
  for await (const row of rows) {
    count += 1;
    const cells = columns.map((column) => cell(column.of(row)));
    if (!widths) {
      if (waiting.push(cells) >= measuredRows) widths = begin();
    } else if (piece.add(line(cells, widths, columns))) await piece.end();
  }
  if (count === 0) await note(io, none);
  else if (!widths) begin();
  await piece.end();
  return count;
}

function line<T>(
  cells: readonly string[],
  widths: readonly number[],
  columns: readonly Column<T>[],
): string {
  let whole = '';
  for (const [at, text] of cells.entries()) {
    const space = ' '.repeat(Math.max(0, (widths[at] ?? 0) - width(text)));
    whole += (at > 0 ? '  ' : '') + (columns[at]?.align === 'right' ? space + text : text + space);
  }
  return `${whole.trimEnd()}\n`;
}

/** What mail brings must not steer a terminal. */
export function cell(value: string | number | boolean | null | undefined): string {
  if (value === undefined || value === null) return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  const text = String(value);
  return plain.test(text) ? text : text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** Most of what is printed; long listings are quick about it. */
const plain = /^[ -~]*$/;

function width(text: string): number {
  return plain.test(text) ? text.length : [...text].length;
}

/** A time for people, in UTC to the minute. */
export function when(ms: number | null | undefined): string {
  if (ms === undefined || ms === null || ms === 0) return '-';
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')}Z`;
}

/** Collects small texts and writes them together. */
class Piece {
  readonly #io: Io;
  #text = '';

  constructor(io: Io) {
    this.#io = io;
  }

  /** True when there is enough to be written: no promise for each line of a long listing. */
  add(text: string): boolean {
    this.#text += text;
    return this.#text.length >= pieceChars;
  }

  async end(): Promise<void> {
    if (this.#text !== '') await write(this.#io.stdout, this.#text);
    this.#text = '';
  }
}

export type Progress = {
  /** So much is done now, of `total` where that is known. */
  at(done: number, total?: number): void;
  /** Takes the bar away. */
  end(): void;
};

const barWidth = 30;
/** Drawn again after this much more of the work. */
const steps = 200;

/** A bar on a terminal, nothing elsewhere. It is drawn on standard error. */
export function progress(io: Io, what: string): Progress {
  const { stderr } = io;
  if (!('isTTY' in stderr) || stderr.isTTY !== true) return { at: () => {}, end: () => {} };
  let drawn = -1;
  return {
    at(done, total) {
      const share = total === undefined || total === 0 ? undefined : Math.min(1, done / total);
      const step = share === undefined ? Math.floor(done / 1000) : Math.floor(share * steps);
      if (step === drawn) return;
      drawn = step;
      stderr.write(`\r${what} ${share === undefined ? done : bar(share)}\x1b[K`);
    },
    end() {
      if (drawn >= 0) stderr.write('\r\x1b[K');
    },
  };
}

function bar(share: number): string {
  const full = Math.round(share * barWidth);
  const percent = `${Math.floor(share * 100)}`.padStart(3);
  return `[${'#'.repeat(full)}${'.'.repeat(barWidth - full)}] ${percent} %`;
}
