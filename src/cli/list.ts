/** `listmill list`: making, renaming, removing and showing lists. Settings: list-settings.ts. */

import { join } from 'node:path';
import type { ListView } from '../model/list.ts';
import { settingNames, settingTable } from '../model/settings.ts';
import type { ListFacts } from '../store/store.ts';
import { findList, jsonOption, listHelp, splitAddress, wantAddress, whoAmI } from './arguments.ts';
import type { Command, Io, Verb } from './command.ts';
import { addSettingCommands, parseWishes } from './list-settings.ts';
import {
  type Column,
  type Format,
  list as listing,
  note,
  show,
  when,
  writeLine,
} from './output.ts';

export const list: Verb = (program, io) => {
  const family = program.command('list').description('lists and their settings');
  addCreate(family, io);
  addRemove(family, io);
  addRename(family, io);
  addShow(family, io);
  addLs(family, io);
  addSettingCommands(family, io);
};

function addCreate(family: Command, io: Io): void {
  family
    .command('create')
    .description('make a list')
    .argument('<address>', 'where it receives postings: cats@example.org')
    .argument('[settings...]', 'settings to begin with: NAME=VALUE')
    .option('--owner <address...>', 'who looks after it')
    .action(async (address: string, words: readonly string[], options: { owner?: string[] }) => {
      const wishes = parseWishes(words, []);
      const store = await (await io.site()).store();
      const admin = store.as(whoAmI());
      const owners = (options.owner ?? []).map(wantAddress);
      const id = await admin.createList(splitAddress(address));
      await admin.changeSettings(id, wishes);
      for (const owner of owners) await admin.addMember(id, 'owner', owner);
      await writeLine(io, `The list ${address} is there; its id is ${id}.`);
      if (owners.length === 0) {
        await note(io, `It has no owner; "listmill member add ${id} --role owner ADDRESS".`);
      }
    });
}

function addRemove(family: Command, io: Io): void {
  family
    .command('remove')
    .description('remove a list, its members and settings; its archive stays on disk')
    .argument('<list>', listHelp)
    .option('--force', 'even with members')
    .action(async (text: string, options: { force?: boolean }) => {
      const site = await io.site();
      const store = await site.store();
      const { id, address, archive } = await findList(store, text);
      const { member } = await store.countMembers(id);
      await store.as(whoAmI()).removeList(id, options.force === true);
      await writeLine(io, `The list ${address} and ${member} memberships are gone.`);
      await writeLine(
        io,
        `Kept: its archive, ${join(site.paths.archive, archive)}, its last settings in the change log, ` +
          'and mail that is in the queues.',
      );
    });
}

function addRename(family: Command, io: Io): void {
  family
    .command('rename')
    .description('give a list another address; the old one still receives')
    .argument('<list>', listHelp)
    .argument('<address>', 'the new address')
    .option('--no-alias', 'refuse mail to the old address, also what is in the queues')
    .action(async (text: string, to: string, options: { alias: boolean }) => {
      const store = await (await io.site()).store();
      const { id, address } = await findList(store, text);
      const renamed = await store.as(whoAmI()).renameList(id, splitAddress(to), options.alias);
      await writeLine(io, `${address} is ${to} now; its id is ${renamed}.`);
      if (options.alias) await writeLine(io, `Mail to ${address} still comes to it.`);
      await note(io, "If your MTA has a map of the lists' addresses, write it anew.");
    });

  family
    .command('alias')
    .description('receive at other addresses as well; "list show" shows them')
    .argument('<list>', listHelp)
    .argument('<addresses...>')
    .action(async (text: string, aliases: readonly string[]) => {
      const store = await (await io.site()).store();
      const { id, address } = await findList(store, text);
      for (const alias of aliases) {
        await store.as(whoAmI()).addListAlias(id, splitAddress(alias));
        await writeLine(io, `Mail to ${alias} comes to ${address}.`);
      }
      await note(io, "If your MTA has a map of the lists' addresses, write it anew.");
    });

  family
    .command('forget')
    .description('no longer receive at an alias, or an address that a list had before')
    .argument('<list>', listHelp)
    .argument('<address>', 'the old address, or the alias')
    .action(async (text: string, old: string) => {
      const store = await (await io.site()).store();
      const { id } = await findList(store, text);
      await store.as(whoAmI()).forgetOldAddress(id, splitAddress(old));
      await writeLine(io, `${old} receives no more.`);
    });
}

function addShow(family: Command, io: Io): void {
  family
    .command('show')
    .description('everything about a list')
    .argument('<list>', listHelp)
    .addOption(jsonOption())
    .action(async (text: string, format: Format) => {
      const store = await (await io.site()).store();
      const view = await findList(store, text);
      const facts = await store.listFacts(view.id);
      const members = await store.countMembers(view.id);
      await show(io, format, { ...view, ...facts, members }, linesOf(view, facts, members));
    });
}

function linesOf(
  view: ListView,
  facts: ListFacts,
  members: Readonly<Record<string, number>>,
): (readonly [string, string | number])[] {
  const people = Object.entries(members).map(([role, count]) => `${count} ${role}`);
  const settings = settingNames.map((name) => {
    const value = view.settings[name];
    const mark = JSON.stringify(value) === JSON.stringify(settingTable[name].initial) ? '' : ' *';
    return [`  ${name}`, `${JSON.stringify(value)}${mark}`] as const;
  });
  return [
    ['address', view.address],
    ['id', view.id],
    ['created', when(facts.created)],
    ['postings', facts.postings],
    ['members', people.join(', ')],
    ['other addresses', facts.oldAddresses.join(', ') || '-'],
    ['settings', `version ${facts.version}; * differs from the default`],
    ...settings,
  ];
}

function addLs(family: Command, io: Io): void {
  family
    .command('ls')
    .description('all lists')
    .option('--domain <domain>', 'only those of one domain')
    .addOption(jsonOption())
    .action(async (options: Format & { domain?: string }) => {
      const store = await (await io.site()).store();
      const { domain } = options;
      const rows = async function* () {
        for await (const view of store.lists(domain === undefined ? {} : { domain })) {
          const { postings, created } = await store.listFacts(view.id);
          const { member } = await store.countMembers(view.id);
          const { id, address, settings } = view;
          yield {
            id,
            address,
            members: member,
            postings,
            created,
            description: settings.description,
          };
        }
      };
      type Row = { address: string; members: number; postings: number; description: string };
      const columns: readonly Column<Row>[] = [
        { title: 'LIST', of: (row) => row.address },
        { title: 'MEMBERS', of: (row) => row.members, align: 'right' },
        { title: 'POSTINGS', of: (row) => row.postings, align: 'right' },
        { title: 'DESCRIPTION', of: (row) => row.description },
      ];
      await listing(io, options, rows(), columns, 'No lists.');
    });
}
