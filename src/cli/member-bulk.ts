/** `listmill member import|export`: many members, from and to files and pipes. */
import { createWriteStream, statSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { AtList } from '../engine/people.ts';
import { exit, UsageError } from '../ground/errors.ts';
import type { ListId } from '../model/ids.ts';
import type { Role } from '../model/list.ts';
import { preferenceNames } from '../model/preferences.ts';
import type { MemberRecord, Stage, StagedMember, Store } from '../store/store.ts';
import { asRole, findList, jsonOption, listHelp, roleOption, whoAmI } from './arguments.ts';
import { type Command, type Io, Option } from './command.ts';
import { type Format, list as listing, note, progress, write, writeLine } from './output.ts';
import { csvRow, csvText, exportColumns } from './roster-csv.ts';
import { readRoster } from './roster-file.ts';
import { tellMember } from './telling.ts';

/** Lines that are taken over at a time. */
const chunkLines = 1000;
/** Bad lines that are shown; the others are counted. */
const maxShown = 20;

export type BulkOptions = { readonly role?: string; readonly skipBad?: boolean };

/** The verbs that take many members at once: `import` and `export`. */
export function addBulkCommands(family: Command, io: Io): void {
  addImport(family, io);
  addExport(family, io);
}

export type RosterInput = {
  readonly id: ListId;
  readonly file: string;
  readonly role: Role;
  readonly skipBad?: boolean;
};

/** What came in, ready to be imported, synced or removed. Close the stage. */
export type StagedRoster = {
  readonly stage: Stage;
  readonly count: number;
  readonly twice: number;
  [Symbol.dispose](): void;
};

/** Reads a roster into a stage. Bad lines are told; unless they may be skipped, that is all. */
export async function stageRoster(
  io: Io,
  store: Store,
  { id, file, role, skipBad }: RosterInput,
): Promise<StagedRoster> {
  const stage = await store.stage(id, whoAmI(), nameOf(file));
  try {
    const { count, twice, bad } = await fill(io, stage, file, role);
    if (bad > 0) {
      const lines = bad === 1 ? '1 bad line' : `${bad} bad lines`;
      await note(io, `${nameOf(file)}: ${lines}${skipBad ? ', skipped' : ''}.`);
      if (!skipBad) {
        throw new UsageError('nothing was changed; --skip-bad takes the others', exit.dataErr);
      }
    }
    return { stage, count, twice, [Symbol.dispose]: () => stage.close() };
  } catch (error) {
    stage.close();
    throw error;
  }
}

function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}

async function fill(io: Io, stage: Stage, file: string, role: Role) {
  const { lines, bytesRead } = readRoster(io, file, role);
  const size = file === '-' ? undefined : statSync(file).size;
  const bar = progress(io, 'reading');
  let chunk: StagedMember[] = [];
  let count = 0;
  let twice = 0;
  let bad = 0;
  const flush = () => {
    twice += stage.add(chunk).length;
    count += chunk.length;
    chunk = [];
    if (size === undefined) bar.at(count);
    else bar.at(bytesRead(), size);
  };
  for await (const line of lines) {
    if (line.kind === 'bad') {
      bad += 1;
      if (bad <= maxShown) await note(io, `${nameOf(file)}:${line.line}: ${line.why}`);
    } else if (chunk.push(line.member) >= chunkLines) flush();
  }
  flush();
  bar.end();
  return { count: count - twice, twice, bad };
}

type ImportOptions = BulkOptions & { readonly update?: boolean; readonly welcome?: boolean };

function addImport(family: Command, io: Io): void {
  family
    .command('import')
    .description('add all that stand in a file: CSV with a header line, or one address a line')
    .argument('<list>', listHelp)
    .argument('[file]', 'a file; - is standard input', '-')
    .addOption(roleOption())
    .option('--update', 'who is there already gets what his line says')
    .option('--skip-bad', 'pass over lines that cannot be read')
    .option('--welcome', 'new members get a welcome')
    .addHelpText(
      'after',
      `
Columns: email (or address), name, mode, rhythm, status, role, action, and the options
${preferenceNames.join(', ')};
every other column is kept as an attribute. Plain lines may say
"Ann <ann@example.org>". All lines are taken or none; many, in the
order of their addresses, and others may write meanwhile.`,
    )
    .action(async (text: string, file: string, options: ImportOptions) => {
      const role = (options.role === undefined ? undefined : asRole(options.role)) ?? 'member';
      const site = await io.site();
      const store = await site.store();
      const found = await findList(store, text);
      const { id } = found;
      using staged = await stageRoster(io, store, { ...options, id, file, role });
      const { count, twice, stage } = staged;
      const before = await store.lastMember(id);
      const bar = progress(io, 'writing');
      const { added, changed } = await stage.import(options.update === true, bar.at);
      bar.end();
      const rest = count - added - changed;
      const more = [
        changed > 0 ? `${changed} changed` : '',
        rest > 0 ? `${rest} there already` : '',
        twice > 0 ? `${twice} twice in the input` : '',
      ].filter((part) => part !== '');
      await writeLine(io, [`${added} added to ${id}`, ...more].join(', ').concat('.'));
      if (options.welcome) await welcomeSince({ site, store, list: found }, io, before);
    });
}

/** Members of that list with a higher number are those that this import has added. */
async function welcomeSince(
  at: Omit<AtList, 'who' | 'now'>,
  io: Io,
  before: number,
): Promise<void> {
  const who = whoAmI();
  for await (const one of at.store.members({ list: at.list.id, role: 'member', after: before })) {
    if (one.source === who) await tellMember({ ...at, who, now: io.now() }, 'welcome', one);
  }
}

type ExportOptions = Format & { readonly role?: string; readonly format: string };

function addExport(family: Command, io: Io): void {
  family
    .command('export')
    .description('write the members of a list; import reads it')
    .argument('<list>', listHelp)
    .argument('[file]', 'a new file; - is standard output', '-')
    .addOption(roleOption())
    .addOption(
      new Option('--format <format>', 'csv: everything; lines: one address a line')
        .choices(['csv', 'lines'])
        .default('csv'),
    )
    .addOption(jsonOption())
    .action(async (text: string, file: string, options: ExportOptions) => {
      const store = await (await io.site()).store();
      const { id } = await findList(store, text);
      const role = options.role === undefined ? undefined : asRole(options.role);
      const rows = store.members({ list: id, role });
      if (file === '-') return writeRoster(io, options, rows, await store.attributeNames(id));
      // Not over a file that is there: it may be the only copy of an older roster.
      const out = createWriteStream(file, { flags: 'wx', mode: 0o600 });
      try {
        await writeRoster({ ...io, stdout: out }, options, rows, await store.attributeNames(id));
        out.end();
        await finished(out);
      } finally {
        out.destroy();
      }
      await note(io, `Written: ${file}`);
    });
}

async function writeRoster(
  io: Io,
  { json, format }: ExportOptions,
  rows: AsyncIterable<MemberRecord>,
  attributes: readonly string[],
): Promise<void> {
  if (json) {
    await listing(io, { json }, rows, []);
    return;
  }
  let text = format === 'csv' ? csvText([...exportColumns, ...preferenceNames, ...attributes]) : '';
  for await (const row of rows) {
    text += format === 'csv' ? csvRow(row, attributes) : `${row.address}\n`;
    if (text.length < 65_536) continue;
    await write(io.stdout, text);
    text = '';
  }
  await write(io.stdout, text);
}
