/** `listmill member`: who is on a list, and how. Many at once: member-bulk.ts. */
import type { MemberRecord } from '../store/store.ts';
import {
  asMode,
  asRole,
  asStatus,
  findList,
  jsonOption,
  listHelp,
  modeOption,
  roleOption,
  statusOption,
} from './arguments.ts';
import type { Command, Io, Verb } from './command.ts';
import { addBulkCommands } from './member-bulk.ts';
import { addMemberChanges } from './member-change.ts';
import { addInvite } from './member-invite.ts';
import { addSync } from './member-sync.ts';
import { type Column, type Format, list, when } from './output.ts';

export const member: Verb = (program, io) => {
  const family = program.command('member').description('who is on a list, and how');
  addMemberChanges(family, io);
  addBulkCommands(family, io);
  addInvite(family, io);
  addSync(family, io);
  addListing(family, io);
};

type Choice = Format & { readonly role?: string; readonly mode?: string; readonly status?: string };

const columns: readonly Column<MemberRecord>[] = [
  { title: 'ADDRESS', of: (row) => row.address },
  { title: 'NAME', of: (row) => row.name },
  { title: 'ROLE', of: (row) => row.role },
  { title: 'MODE', of: (row) => row.mode },
  { title: 'STATUS', of: (row) => row.status },
  { title: 'JOINED', of: (row) => when(row.joined) },
];

function addListing(family: Command, io: Io): void {
  family
    .command('ls')
    .description('members of a list in the order in which they joined; without --role all roles')
    .argument('<list>', listHelp)
    .addOption(roleOption())
    .addOption(modeOption())
    .addOption(statusOption())
    .addOption(jsonOption())
    .action(async (text: string, choice: Choice) => {
      const store = await (await io.site()).store();
      const { id } = await findList(store, text);
      const rows = store.members({ list: id, ...filterOf(choice) });
      await list(io, choice, rows, columns, 'Nobody.');
    });

  family
    .command('find')
    .description('memberships by part of an address or a name; * stands for anything')
    .argument('<text>', 'ann, *@example.org, ann*')
    .option('--list <list>', 'only on this list')
    .addOption(roleOption())
    .addOption(modeOption())
    .addOption(statusOption())
    .addOption(jsonOption())
    .action(async (text: string, choice: Choice & { readonly list?: string }) => {
      const store = await (await io.site()).store();
      const within = choice.list === undefined ? undefined : await findList(store, choice.list);
      const rows = store.members({
        ...(within ? { list: within.id } : {}),
        text,
        ...filterOf(choice),
      });
      const where: Column<MemberRecord> = { title: 'LIST', of: (row) => row.list };
      await list(io, choice, rows, [where, ...columns], 'Nobody.');
    });
}

function filterOf({ role, mode, status }: Choice) {
  return {
    role: role === undefined ? undefined : asRole(role),
    mode: mode === undefined ? undefined : asMode(mode),
    status: status === undefined ? undefined : asStatus(status),
  };
}
