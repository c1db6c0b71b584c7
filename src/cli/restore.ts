/** `listmill restore`: a copy of the database takes the place of the present one. */
import { resolve } from 'node:path';
import { restore as restoreCopy } from '../engine/restore.ts';
import type { Verb } from './command.ts';
import { confirm, yesOption } from './confirm.ts';
import { note, writeLine } from './output.ts';

export const restore: Verb = (program, io) => {
  program
    .command('restore')
    .description('put a copy of the database in the place of the present one; queues stay')
    .argument('<copy>', 'a file from backup.folder, made by "listmill cron store"')
    .addOption(yesOption())
    .action(async (file: string, { yes }: { yes?: boolean }) => {
      const site = await io.site();
      const copy = resolve(io.cwd, file);
      const question = `Restore ${file}? What changed in lists and members since is not in it.`;
      if (!(await confirm(io, question, yes))) return;
      const { replaced, recovered, shunted } = await restoreCopy(site, copy, io.now());
      await writeLine(io, `${site.paths.database} is the copy ${file} now.`);
      if (replaced !== undefined) await writeLine(io, `The one from before is ${replaced}.`);
      if (recovered > 0) await writeLine(io, `${recovered} entries in work were recovered.`);
      if (shunted.length === 0) return;
      await note(io, `${shunted.length} entries are in shunt, for a person to look at:`);
      for (const id of shunted) await note(io, `  ${id}`);
    });
};
