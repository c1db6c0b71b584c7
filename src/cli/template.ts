/** `listmill template`: the texts of what Listmill itself writes. */
import {
  checkTemplates,
  countingTemplate,
  templateNames,
  tryTemplate,
} from '../engine/template-files.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { jsonOption } from './arguments.ts';
import type { Command, Io, Verb } from './command.ts';
import { type Format, list as listing, note, show, write, writeLine } from './output.ts';
import { addEdit } from './template-edit.ts';
import { aboutWhose, orderOf, type Whose, wantName } from './template-whose.ts';

/** The family of verbs. */
export const template: Verb = (program, io) => {
  const family = program.command('template').description('the texts of what Listmill writes');
  addLs(family, io);
  addShow(family, io);
  addEdit(family, io);
  addCheck(family, io);
};

function addLs(family: Command, io: Io): void {
  aboutWhose(family.command('ls'))
    .description('all of them, and which file counts')
    .addOption(jsonOption())
    .action(async (options: Format & Whose) => {
      const order = await orderOf(io, options);
      const rows = templateNames.flatMap((name) => {
        const found = countingTemplate(name, order);
        if (!found) return [];
        const { text, ...file } = found;
        return [{ name, ...file }];
      });
      await listing(io, options, rows, [
        { title: 'NAME', of: ({ name }) => name },
        { title: 'OF', of: ({ level }) => level },
        { title: 'LANGUAGE', of: ({ language }) => language },
        { title: 'FILE', of: ({ path }) => path },
      ]);
    });
}

function addShow(family: Command, io: Io): void {
  aboutWhose(family.command('show'))
    .description('the text of one')
    .argument('<name>', 'which one: "listmill template ls"')
    .option('--filled', 'with examples in place of its values')
    .addOption(jsonOption())
    .action(async (name: string, options: Format & Whose & { filled?: boolean }) => {
      const found = countingTemplate(wantName(name), await orderOf(io, options));
      if (!found) throw new UsageError(`there is no template ${name}`, exit.noInput);
      if (!options.filled) {
        if (options.json) return await show(io, options, { name, ...found }, []);
        return await write(io.stdout, found.text);
      }
      const tried = tryTemplate(name, found.language, found.text);
      if (tried.kind === 'broken')
        throw new UsageError(`${found.path}: ${tried.why}`, exit.dataErr);
      const { subject, text } = tried.rendered;
      if (options.json) return await show(io, options, { name, ...found, subject, text }, []);
      await write(io.stdout, `Subject: ${subject}\n\n${text}`);
    });
}

function addCheck(family: Command, io: Io): void {
  family
    .command('check')
    .description("whether the site's own templates are sound: one with a fault is passed over")
    .action(async () => {
      const site = await io.site();
      let sound = 0;
      let faults = 0;
      for (const one of checkTemplates(site.paths.templates)) {
        if ('why' in one) {
          faults += 1;
          await note(io, `${one.file}: ${one.why}`);
        } else sound += 1;
      }
      await writeLine(io, `${sound} sound, ${faults} with a fault.`);
      if (faults > 0) io.exit(exit.failure);
    });
}
