/** `listmill ban`: who is not heard, on one list or on all. */
import { exit } from '../ground/errors.ts';
import type { ListId } from '../model/ids.ts';
import type { BanRecord } from '../store/bans.ts';
import type { Store } from '../store/store.ts';
import { findList, jsonOption, listHelp, whoAmI } from './arguments.ts';
import type { Io, Verb } from './command.ts';
import { type Column, type Format, list as listing, note, when, writeLine } from './output.ts';

type Where = { readonly list?: string; readonly reason?: string };

const entryHelp = 'an address, or ^PATTERN (a regular expression)';

export const ban: Verb = (program, io) => {
  const family = program.command('ban').description('who is not heard, on one list or on all');

  family
    .command('add')
    .description('ban addresses: they can neither post nor join')
    .argument('<entries...>', entryHelp)
    .option('--list <list>', `on this list only: ${listHelp}`)
    .option('--reason <text>', 'why, for those who look later')
    .action(async (entries: readonly string[], options: Where) => {
      const store = await (await io.site()).store();
      const { id, where } = await placeOf(store, options.list);
      for (const entry of entries) {
        const isNew = await store.as(whoAmI()).ban(id, entry, options.reason ?? '');
        await writeLine(io, `${entry} is banned ${where}${isNew ? '' : ' already'}.`);
      }
    });

  family
    .command('remove')
    .alias('rm')
    .description('lift bans')
    .argument('<entries...>', 'as "ban ls" shows them')
    .option('--list <list>', `on this list: ${listHelp}`)
    .action(async (entries: readonly string[], options: Where) => {
      const store = await (await io.site()).store();
      const { id, where } = await placeOf(store, options.list);
      for (const entry of entries) {
        if (await store.as(whoAmI()).unban(id, entry)) {
          await writeLine(io, `${entry} is no longer banned ${where}.`);
        } else {
          await note(io, `${entry} is not banned ${where}.`);
          io.exit(exit.noInput);
        }
      }
    });

  family
    .command('ls')
    .description('all bans')
    .option('--list <list>', `those that count on this list: ${listHelp}`)
    .addOption(jsonOption())
    .action(async (options: Where & Format) => showBans(io, options));
};

async function placeOf(
  store: Store,
  text: string | undefined,
): Promise<{ readonly id: ListId | undefined; readonly where: string }> {
  if (text === undefined) return { id: undefined, where: 'on all lists' };
  const { id, address } = await findList(store, text);
  return { id, where: `on ${address}` };
}

async function showBans(io: Io, options: Where & Format): Promise<void> {
  const store = await (await io.site()).store();
  const only = options.list === undefined ? undefined : (await findList(store, options.list)).id;
  const all = await store.rules.allBans();
  const rows = all.filter(({ list }) => only === undefined || list === undefined || list === only);
  const columns: readonly Column<BanRecord>[] = [
    { title: 'ENTRY', of: (row) => row.entry },
    { title: 'LIST', of: (row) => row.list ?? '(all)' },
    { title: 'SINCE', of: (row) => when(row.at) },
    { title: 'BY', of: (row) => row.who },
    { title: 'REASON', of: (row) => row.reason },
  ];
  await listing(io, options, rows, columns, 'Nobody is banned.');
}
