/** Members as CSV: reading with the columns that are there, and writing. */
import type { Readable } from 'node:stream';
import { exit, explain, UsageError } from '../ground/errors.ts';
import { parseAddress } from '../mail/address.ts';
import type { Role } from '../model/list.ts';
import {
  isSwitch,
  type PreferenceName,
  preferenceNames,
  preferenceValue,
} from '../model/preferences.ts';
import type { MemberRecord, MemberWish } from '../store/store.ts';
import { asAction, asFlag, asMode, asRhythm, asRole, asStatus } from './arguments.ts';
import { lineOf, type RosterLine } from './roster-line.ts';

/** What a column may be called; small letters without blanks, hyphens and underscores. */
const columnNames: ReadonlyMap<string, Column> = new Map([
  ...(['email', 'address', 'mail', 'emailaddress', 'mailaddress'] as const).map(
    (name) => [name, 'address'] as const,
  ),
  ...(['name', 'displayname', 'fullname', 'realname'] as const).map(
    (name) => [name, 'name'] as const,
  ),
  ...(['mode', 'deliverymode', 'delivery'] as const).map((name) => [name, 'mode'] as const),
  ['rhythm', 'rhythm'],
  ...(['status', 'deliverystatus'] as const).map((name) => [name, 'status'] as const),
  ['role', 'role'],
  ...(['action', 'moderationaction'] as const).map((name) => [name, 'action'] as const),
  ...preferenceNames.map((name) => [name.toLowerCase(), name] as const),
]);
type Column =
  | 'address'
  | 'name'
  | 'mode'
  | 'rhythm'
  | 'status'
  | 'role'
  | 'action'
  | PreferenceName;

type Header = { readonly delimiter: string };

const delimiters = [',', ';', '\t'] as const;
/** Longest row, and most columns that are kept as attributes. */
const maxRowChars = 100_000;
const maxColumns = 100;
const maxValueChars = 1000;

function columnOf(title: string): Column | undefined {
  return columnNames.get(
    title
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .replaceAll(/[\s_-]/g, '')
      .toLowerCase(),
  );
}

/** The header line of a table, if a line is one: one of its columns is the address. */
export function headerOf(line: string): Header | undefined {
  const plain = line.replace(/^\ufeff/, '');
  const delimiter = delimiters.find((mark) => plain.includes(mark)) ?? ',';
  const titles = plain.split(delimiter).map(columnOf);
  return titles.includes('address') ? { delimiter } : undefined;
}

/** Rows under a header line. A row that is no CSV is bad by itself; the others count. */
export async function* csvLines(
  text: Readable,
  { delimiter }: Header,
  role: Role,
): AsyncGenerator<RosterLine> {
  const { parse } = await import('csv-parse');
  const bad: RosterLine[] = [];
  let broken: Error | undefined;
  const rows = text.pipe(
    parse({
      bom: true,
      delimiter,
      info: true,
      relax_column_count_less: true,
      // A stray quote belongs to its field; else it would swallow what follows.
      relax_quotes: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      max_record_size: maxRowChars,
      on_skip: (error) => {
        if (!error) return;
        // What follows it was not read: that is no line to be skipped.
        if (swallowing.has(error.code)) broken = error;
        const line = typeof error['lines'] === 'number' ? error['lines'] : 0;
        bad.push({ kind: 'bad', line, why: `no CSV: ${explain(error)}` });
      },
    }),
  );
  text.once('error', (error) => rows.destroy(error));
  let titles: readonly string[] | undefined;
  for await (const row of rows) {
    const { record, info } = readRow(row);
    yield* bad.splice(0);
    if (titles) yield rowLine(titles, record, info.lines, role);
    else titles = record.slice(0, maxColumns);
  }
  yield* bad.splice(0);
  if (broken) {
    throw new UsageError(`not read to its end: ${explain(broken)}`, exit.dataErr, {
      cause: broken,
    });
  }
}

/** Faults of CSV behind which rows are lost. */
const swallowing: ReadonlySet<string> = new Set(['CSV_QUOTE_NOT_CLOSED', 'CSV_MAX_RECORD_SIZE']);

type Row = { readonly record: readonly string[]; readonly info: { readonly lines: number } };

/** With `info`, csv-parse gives each row with its place. */
function readRow(row: unknown): Row {
  return row as Row;
}

type Flaw = { readonly why: string };

function rowLine(
  titles: readonly string[],
  cells: readonly string[],
  line: number,
  role: Role,
): RosterLine {
  const attributes: Record<string, string> = {};
  const known: Partial<Record<Column, string>> = {};
  for (const [at, title] of titles.entries()) {
    const text = cells[at]?.trim() ?? '';
    if (text === '') continue;
    const column = columnOf(title);
    const flaw = flawOf(text, column);
    if (flaw !== undefined) return { kind: 'bad', line, why: `${title.trim()} ${flaw}` };
    if (column) known[column] = text;
    else attributes[title.trim()] = text;
  }
  const shown = known.address ?? cells.join(', ');
  const wish = wishOf(known);
  if ('why' in wish) return { kind: 'bad', line, why: wish.why };
  const own = known.role === undefined ? role : asRole(known.role.toLowerCase());
  if (own === undefined) return { kind: 'bad', line, why: `no role: ${known.role}` };
  return lineOf(line, parseAddress(known.address ?? ''), {
    name: known.name ?? '',
    shown,
    role: own,
    wish: Object.keys(attributes).length === 0 ? wish : { ...wish, attributes },
  });
}

function flawOf(text: string, column: Column | undefined): string | undefined {
  if (text.length > maxValueChars) return `is longer than ${maxValueChars} characters`;
  // An address of several lines may be an attribute, but not other rows behind a stray quote.
  const lines = /[\r\n]/.test(text) && (column !== undefined || text.includes('@'));
  return lines ? 'goes over several lines: is a quote missing?' : undefined;
}

/** What the columns say, each of them with the words that it may have. */
function wishOf(known: Partial<Record<Column, string>>): MemberWish | Flaw {
  const wish: Record<string, unknown> = {};
  const readers = { mode: asMode, rhythm: asRhythm, status: asStatus, action: asAction };
  for (const [column, read] of Object.entries(readers)) {
    const text = known[column as Column];
    if (text === undefined) continue;
    const value = read(text.toLowerCase());
    if (value === undefined) return { why: `${column} cannot be "${text}"` };
    wish[column] = value;
  }
  const options: Record<string, string> = {};
  for (const name of preferenceNames) {
    const text = known[name];
    if (text === undefined) continue;
    const value = optionOf(name, text);
    if (value === undefined) return { why: `${name} cannot be "${text}"` };
    options[name] = value;
  }
  return Object.keys(options).length === 0 ? wish : { ...wish, options };
}

/** Switches may say `yes` and `1` as well. */
function optionOf(name: PreferenceName, text: string): string | undefined {
  const value = preferenceValue(name, text);
  const flag = value === undefined && isSwitch(name) ? asFlag(text.toLowerCase()) : undefined;
  return flag === undefined ? value : flag ? 'on' : 'off';
}

/** The columns of an export, in their order. */
export const exportColumns = [
  'address',
  'name',
  'role',
  'mode',
  'rhythm',
  'status',
  'action',
] as const;

/** One row of an export: of options only what is said for this membership; with the attributes of those names behind the common columns. */
export function csvRow(member: MemberRecord, attributes: readonly string[]): string {
  const common = exportColumns.map((column) => member[column]);
  const options = preferenceNames.map((name) => member.options[name] ?? '');
  const own = attributes.map((name) => member.attributes[name] ?? '');
  return csvText([...common, ...options, ...own]);
}

/** RFC 4180, with the line ends of this system. */
export function csvText(cells: readonly string[]): string {
  return `${cells.map(quoted).join(',')}\n`;
}

function quoted(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
