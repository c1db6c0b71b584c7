/** `listmill archive site`: a static site of a list. */
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { makeSite } from '../engine/archive-site.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { findList, listHelp } from './arguments.ts';
import type { Command, Io } from './command.ts';
import { progress, writeLine } from './output.ts';

type SiteOptions = { readonly url?: string; readonly private?: boolean };

/** Adds the verb. */
export function addArchiveSite(family: Command, io: Io): void {
  family
    .command('site')
    .description('make a static site of a list, or bring it up to date')
    .argument('<list>', listHelp)
    .argument('<dir>', 'where; a web server needs nothing but to serve it')
    .option('--url <url>', 'where it will be found: for the links of the feed')
    .option('--private', 'also of a private archive: let nobody else read the folder')
    .action(async (text: string, dir: string, options: SiteOptions) => {
      const site = await io.site();
      const list = await findList(await site.store(), text);
      const { archivePolicy } = list.settings;
      if (archivePolicy === 'never') {
        throw new UsageError(`${list.address} has archivePolicy never`, exit.noPerm);
      }
      if (archivePolicy === 'private' && options.private !== true) {
        throw new UsageError(
          `the archive of ${list.address} is private; --private says that ${dir} is, too`,
          exit.noPerm,
        );
      }
      const folder = resolve(io.cwd, dir);
      if (
        existsSync(folder) &&
        readdirSync(folder).length > 0 &&
        !existsSync(`${folder}/.listmill-site.json`) &&
        !existsSync(`${folder}/style.css`)
      ) {
        throw new UsageError(`${folder} has other things in it`, exit.cantCreate);
      }
      const bar = progress(io, 'making pages');
      const { messages, files } = await makeSite(site, list, {
        folder,
        url: options.url ?? '',
        progress: (done) => bar.at(done),
      });
      bar.end();
      await writeLine(io, `${messages} messages, ${files} files written to ${folder}.`);
    });
}
