/** `listmill user`: people, each with one or several addresses. */
import { exit, UsageError } from '../ground/errors.ts';
import { addressKey } from '../mail/address.ts';
import { type Rhythm, rhythms } from '../model/digest.ts';
import { type DeliveryMode, deliveryModes } from '../model/list.ts';
import { byDefault } from '../model/preferences.ts';
import type { Store, UserRecord } from '../store/store.ts';
import { jsonOption, modeOption, rhythmOption, wantAddress, whoAmI } from './arguments.ts';
import type { Command, Io, Verb } from './command.ts';
import { asOptions, optionHelp } from './options.ts';
import { type Column, type Format, list, show, when, writeLine } from './output.ts';
import { addPersonal } from './user-data.ts';

const userHelp = 'his number, or any of his addresses';

export const user: Verb = (program, io) => {
  const family = program.command('user').description('people and their addresses');
  addMaking(family, io);
  addShowing(family, io);
  addChanging(family, io);
  addPersonal(family, io);
};

/** The one user that is meant. */
async function findUser(store: Store, text: string): Promise<UserRecord> {
  const found = /^\d{1,15}$/.test(text)
    ? await store.userAt(Number(text))
    : await store.userOf(wantAddress(text));
  if (!found) throw new UsageError(`no user ${text}`, exit.noInput);
  return found;
}

function addMaking(family: Command, io: Io): void {
  family
    .command('add')
    .description('make a user')
    .argument('<address>', 'his address; others can be added')
    .option('--name <name>', 'what he is called', '')
    .action(async (text: string, options: { name: string }) => {
      const store = await (await io.site()).store();
      const { number } = await store.as(whoAmI()).addUser(wantAddress(text), options.name);
      await writeLine(io, `${text} is user ${number}.`);
    });

  family
    .command('remove')
    .description('forget a user; what his addresses are on lists stays')
    .argument('<user>', userHelp)
    .action(async (text: string) => {
      const store = await (await io.site()).store();
      const { number } = await findUser(store, text);
      await store.as(whoAmI()).removeUser(number);
      await writeLine(io, `User ${number} is gone; memberships of his addresses stay.`);
    });
}

function addShowing(family: Command, io: Io): void {
  family
    .command('show')
    .description('everything about a user')
    .argument('<user>', userHelp)
    .addOption(jsonOption())
    .action(async (text: string, format: Format) => {
      const store = await (await io.site()).store();
      const found = await findUser(store, text);
      const memberships = await membershipsOf(store, found);
      await show(io, format, { ...found, memberships }, [
        ['user', found.number],
        ['name', found.name === '' ? '-' : found.name],
        ['created', when(found.created)],
        ...found.addresses.map((own) => ['address', describe(own)] as const),
        ...memberships.map((own) => ['on', `${own.list} as ${own.role} (${own.address})`] as const),
      ]);
    });

  family
    .command('ls')
    .description('all users')
    .addOption(jsonOption())
    .action(async (format: Format) => {
      const store = await (await io.site()).store();
      const columns: readonly Column<UserRecord>[] = [
        { title: 'USER', of: (row) => row.number, align: 'right' },
        { title: 'NAME', of: (row) => row.name },
        { title: 'ADDRESSES', of: (row) => row.addresses.map((own) => own.address).join(', ') },
      ];
      await list(io, format, store.users(), columns, 'No users.');
    });
}

function describe(own: UserRecord['addresses'][number]): string {
  const marks = [
    own.preferred ? 'preferred' : '',
    own.verified === null ? '' : `verified ${when(own.verified)}`,
  ];
  const said = marks.filter((mark) => mark !== '').join(', ');
  return said === '' ? own.address : `${own.address} (${said})`;
}

async function membershipsOf(store: Store, { addresses }: UserRecord) {
  const found: { list: string; role: string; address: string }[] = [];
  for (const { address } of addresses) {
    for await (const own of store.members({ key: addressKey(wantAddress(address)) })) {
      found.push({ list: own.list, role: own.role, address: own.address });
    }
  }
  return found;
}

type SetOptions = {
  readonly name?: string;
  readonly preferred?: string;
  readonly verified?: string;
  readonly option?: readonly string[];
  /** One of the choices: the command line has seen to that. */
  readonly mode?: DeliveryMode | typeof byDefault;
  readonly rhythm?: Rhythm | typeof byDefault;
};

/** Said for all of his addresses, and taken back by `default`. */
function wideOption(option: ReturnType<typeof modeOption>, words: readonly string[]) {
  option.description += '; on all lists where nothing nearer says so';
  return option.choices([...words, byDefault]);
}

function addChanging(family: Command, io: Io): void {
  family
    .command('set')
    .description('change the name or the preferred address')
    .argument('<user>', userHelp)
    .option('--name <name>', 'what he is called')
    .option('--preferred <address>', 'which of his addresses we write to')
    .option('--verified <address>', 'mail has reached him at that address')
    .option('--option <name=value...>', optionHelp)
    .addOption(wideOption(modeOption(), deliveryModes))
    .addOption(wideOption(rhythmOption(), rhythms))
    .action(async (text: string, wish: SetOptions) => {
      if (Object.keys(wish).length === 0) throw new UsageError('say what to change: --name ...');
      const options = wish.option && asOptions(wish.option);
      const store = await (await io.site()).store();
      const { number } = await findUser(store, text);
      await store.as(whoAmI()).changeUser(number, {
        name: wish.name,
        preferred: wish.preferred === undefined ? undefined : wantAddress(wish.preferred),
        verified: wish.verified === undefined ? undefined : wantAddress(wish.verified),
        options,
        mode: wish.mode,
        rhythm: wish.rhythm,
      });
      await writeLine(io, `User ${number} is changed.`);
    });

  family
    .command('add-address')
    .description('another address of a user')
    .argument('<user>', userHelp)
    .argument('<address>')
    .action(async (text: string, address: string) => {
      const store = await (await io.site()).store();
      const { number } = await findUser(store, text);
      await store.as(whoAmI()).addUserAddress(number, wantAddress(address));
      await writeLine(io, `${address} belongs to user ${number}.`);
    });

  family
    .command('remove-address')
    .description("an address that is no longer a user's")
    .argument('<user>', userHelp)
    .argument('<address>')
    .action(async (text: string, address: string) => {
      const store = await (await io.site()).store();
      const { number } = await findUser(store, text);
      await store.as(whoAmI()).removeUserAddress(number, wantAddress(address));
      await writeLine(io, `${address} no longer belongs to user ${number}.`);
    });
}
