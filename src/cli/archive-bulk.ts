/** `listmill archive export|import`: many messages, to and from other programs. */
import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { boxSize } from '../archive/boxes.ts';
import { postingsOfList } from '../archive/index-look.ts';
import { mboxMessage } from '../archive/mbox.ts';
import { postingsOfThread } from '../archive/thread-view.ts';
import { rangeChunks } from '../archive/volume.ts';
import { importBox } from '../engine/archive-import.ts';
import { rangeOf } from '../engine/archive-look.ts';
import { exit, explain, UsageError } from '../ground/errors.ts';
import { archiveOf, messageHelp, wantPosting, whichArchive } from './archive-which.ts';
import { findList, jsonOption, listHelp } from './arguments.ts';
import type { Command, Io } from './command.ts';
import { type Format, note, progress, show, write } from './output.ts';

/** Adds `export` and `import`. */
export function addArchiveBulk(family: Command, io: Io): void {
  addExport(family, io);
  addImport(family, io);
}

type ExportOptions = { readonly month?: string; readonly thread?: string; readonly to?: string };

function addExport(family: Command, io: Io): void {
  family
    .command('export')
    .description('postings as an mbox (mboxrd), the oldest first; all, a month or a thread')
    .argument('<list>', listHelp)
    .option('--month <month>', 'only of a month: 2026-11')
    .option('--thread <message>', `only the thread of a posting: ${messageHelp}`)
    .option('--to <file>', 'a file in place of standard output')
    .action(async (text: string, options: ExportOptions) => {
      const id = await whichArchive(io, text);
      using look = await archiveOf(io);
      const number = look.listNumber(id);
      const rows =
        options.thread === undefined
          ? postingsOfList(look.db, number ?? 0, monthSpan(options.month))
          : postingsOfThread(look.db, (await wantPosting(io, look, options.thread, id)).thread);
      const file = options.to === undefined ? undefined : resolve(io.cwd, options.to);
      const out = file === undefined ? io.stdout : createWriteStream(file, { flags: 'wx' });
      const bar = progress(io, 'exporting');
      let count = 0;
      for (const row of rows) {
        if (row.state === 'removed') continue;
        const bytes = rangeChunks(look.folder, rangeOf(row));
        for await (const piece of mboxMessage(null, row.received, bytes)) await write(out, piece);
        count += 1;
        bar.at(count);
      }
      bar.end();
      if (file !== undefined) {
        out.end();
        await finished(out);
      }
      await note(io, `${count} ${count === 1 ? 'posting' : 'postings'}.`);
    });
}

/** From the first second of a month to that of the next one, ms. */
function monthSpan(text: string | undefined): { from: number; before: number } | undefined {
  if (text === undefined) return undefined;
  const [, year, month] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text) ?? [];
  if (year === undefined) throw new UsageError(`"${text}" is no month; 2026-11 is one`);
  return {
    from: Date.UTC(Number(year), Number(month) - 1),
    before: Date.UTC(Number(year), Number(month)),
  };
}

function addImport(family: Command, io: Io): void {
  family
    .command('import')
    .description('bring messages of another archive in; what is there already is passed over')
    .argument('<list>', listHelp)
    .argument(
      '<box...>',
      'mbox files (also gzipped, of Mailman 2, of HyperKitty), Maildirs, folders',
    )
    .addOption(jsonOption())
    .action(async (text: string, boxes: readonly string[], options: Format) => {
      const site = await io.site();
      const list = await findList(await site.store(), text);
      const sum = { taken: 0, known: 0, declined: 0, broken: 0 };
      for (const box of boxes) {
        const path = resolve(io.cwd, box);
        const total = sizeOf(path);
        const bar = progress(io, box);
        const report = await importBox(site, {
          list,
          path,
          now: io.now(),
          broken: (where, why, file) => note(io, `${where}: ${why}; it is in ${file}`),
          progress: (read) => bar.at(read, total),
        });
        bar.end();
        for (const name of ['taken', 'known', 'declined', 'broken'] as const) {
          sum[name] += report[name];
        }
      }
      await show(io, options, sum, [
        ['taken in', sum.taken],
        ['there already', sum.known],
        ['want no archive', sum.declined],
        ['broken, put aside', sum.broken],
      ]);
      if (sum.broken > 0) io.exit(exit.dataErr);
    });
}

function sizeOf(path: string): number {
  try {
    return boxSize(path);
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${explain(error)}`, exit.noInput, { cause: error });
  }
}
