/** `listmill archive check|rebuild`: whether the archive is sound, and its index made anew. */
import { indexFile } from '../archive/places.ts';
import { checkArchive, rebuildIndex } from '../engine/archive-care.ts';
import { listsInArchive } from '../engine/archive-look.ts';
import { exit } from '../ground/errors.ts';
import { whichArchive } from './archive-which.ts';
import { jsonOption, listHelp } from './arguments.ts';
import type { Command, Io } from './command.ts';
import { type Format, list as listing, note, progress, writeLine } from './output.ts';

/** Adds the verbs that keep the archive sound. */
export function addArchiveCare(family: Command, io: Io): void {
  addCheck(family, io);
  addRebuild(family, io);
}

const columns = [
  { title: 'LIST', of: (row: { list: string }) => row.list },
  { title: 'VOLUME', of: (row: { volume: string }) => row.volume },
  { title: 'BYTE', of: (row: { at: number }) => row.at, align: 'right' },
  { title: 'WHAT', of: (row: { why: string }) => row.why },
] as const;

function addCheck(family: Command, io: Io): void {
  family
    .command('check')
    .description('read every posting: whether it is what came, and in the index')
    .argument('[list]', listHelp)
    .addOption(jsonOption())
    .action(async (text: string | undefined, options: Format) => {
      const site = await io.site();
      const lists = text === undefined ? listsInArchive(site) : [await whichArchive(io, text)];
      const bar = progress(io, 'checking');
      const { postings, faults } = await checkArchive(site, lists, (done) => bar.at(done));
      bar.end();
      await listing(io, options, faults, columns, `${postings} postings, all of them sound.`);
      if (faults.length > 0) io.exit(exit.failure);
    });
}

function addRebuild(family: Command, io: Io): void {
  family
    .command('rebuild')
    .description('make the index anew from the messages themselves; mail goes on meanwhile')
    .action(async () => {
      const site = await io.site();
      const bar = progress(io, 'reading');
      const { postings, faults } = await rebuildIndex(site, (done, total) => bar.at(done, total));
      bar.end();
      for (const { volume, at, why } of faults) {
        await note(io, `${volume.list} ${volume.name}, byte ${at}: ${why}`);
      }
      await writeLine(io, `${postings} postings are in ${indexFile(site.paths.archive)}.`);
      if (faults.length > 0) io.exit(exit.failure);
    });
}
