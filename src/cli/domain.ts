/** `listmill domain`: the domains whose mail is ours. */
import { jsonOption, whoAmI } from './arguments.ts';
import type { Verb } from './command.ts';
import { type Format, list, when, writeLine } from './output.ts';

export const domain: Verb = (program, io) => {
  const family = program.command('domain').description('our domains');

  family
    .command('add')
    .description('make a domain ours: lists can then be created in it')
    .argument('<domain>')
    .option('--description <text>', 'one line about it')
    .action(async (name: string, options: { description?: string }) => {
      const store = await (await io.site()).store();
      const isNew = await store.as(whoAmI()).addDomain(name, options.description);
      await writeLine(io, isNew ? `${name} is ours now.` : `${name} is ours already.`);
    });

  family
    .command('remove')
    .description('give a domain up; its lists must be gone')
    .argument('<domain>')
    .action(async (name: string) => {
      const store = await (await io.site()).store();
      await store.as(whoAmI()).removeDomain(name);
      await writeLine(io, `${name} is no longer ours.`);
    });

  family
    .command('ls')
    .description('all domains')
    .addOption(jsonOption())
    .action(async (format: Format) => {
      const store = await (await io.site()).store();
      const columns = [
        { title: 'DOMAIN', of: (row: { name: string }) => row.name },
        { title: 'LISTS', of: (row: { lists: number }) => row.lists, align: 'right' as const },
        { title: 'CREATED', of: (row: { created: number }) => when(row.created) },
        { title: 'DESCRIPTION', of: (row: { description: string }) => row.description },
      ];
      await list(io, format, await store.domainRecords(), columns, 'No domains.');
    });
};
