/** `listmill member add|remove|set`: a few members at a time. */
import type { AtList } from '../engine/people.ts';
import { UsageError } from '../ground/errors.ts';
import { type Address, addressKey } from '../mail/address.ts';
import type { Role } from '../model/list.ts';
import type { MemberWish } from '../store/store.ts';
import {
  actionOption,
  asAction,
  asMode,
  asRhythm,
  asRole,
  asStatus,
  findList,
  listHelp,
  modeOption,
  rhythmOption,
  roleOption,
  statusOption,
  wantAddress,
  whoAmI,
} from './arguments.ts';
import type { Command, Io } from './command.ts';
import { type BulkOptions, stageRoster } from './member-bulk.ts';
import { everybody } from './member-invite.ts';
import { asOptions, optionHelp, pairOf } from './options.ts';
import { note, writeLine } from './output.ts';
import { tellMember } from './telling.ts';

type WishOptions = {
  readonly role?: string;
  readonly name?: string;
  readonly mode?: string;
  readonly rhythm?: string;
  readonly status?: string;
  readonly action?: string;
  readonly option?: readonly string[];
  readonly attribute?: readonly string[];
};

export function addMemberChanges(family: Command, io: Io): void {
  addAdd(family, io);
  addRemove(family, io);
  addSet(family, io);
}

function withWishes(command: Command): Command {
  return command
    .addOption(roleOption())
    .option('--name <name>', 'what he is called')
    .addOption(modeOption())
    .addOption(rhythmOption())
    .addOption(statusOption())
    .addOption(actionOption())
    .option('--option <name=value...>', optionHelp)
    .option('--attribute <name=value...>', 'what else is kept of him; NAME= drops it');
}

function wishOf(options: WishOptions): MemberWish {
  const { name, mode, rhythm, status, action, option, attribute } = options;
  return {
    name,
    mode: mode === undefined ? undefined : asMode(mode),
    rhythm: rhythm === undefined ? undefined : asRhythm(rhythm),
    status: status === undefined ? undefined : asStatus(status),
    action: action === undefined ? undefined : asAction(action),
    options: option && asOptions(option),
    attributes: attribute && Object.fromEntries(attribute.map(pairOf)),
  };
}

function roleOf({ role }: { readonly role?: string }): Role {
  return (role === undefined ? undefined : asRole(role)) ?? 'member';
}

type AddOptions = WishOptions & { readonly welcome?: boolean };

function addAdd(family: Command, io: Io): void {
  withWishes(
    family
      .command('add')
      .description('add addresses to a list; many at once: import')
      .argument('<list>', listHelp)
      .argument('<address...>'),
  )
    .option('--welcome', 'new members get a welcome')
    .action(async (text: string, words: readonly string[], options: AddOptions) => {
      const addresses = words.map(wantAddress);
      const wish = wishOf(options);
      const role = roleOf(options);
      const site = await io.site();
      const store = await site.store();
      const list = await findList(store, text);
      const { id } = list;
      for (const address of addresses) {
        const isNew = await store.as(whoAmI()).addMember(id, role, address, wish);
        const said = isNew ? `is ${role} of ${id} now.` : `is ${role} of ${id} already.`;
        await writeLine(io, `${address} ${said}`);
        if (isNew && options.welcome) {
          const at = { site, store, list, who: whoAmI(), now: io.now() };
          await tellMember(at, 'welcome', { address, name: wish.name ?? '' });
        }
      }
    });
}

type RemoveOptions = BulkOptions & { readonly file?: string; readonly goodbye?: boolean };

function addRemove(family: Command, io: Io): void {
  family
    .command('remove')
    .description('remove addresses from a list: all that are named, or none')
    .argument('<list>', listHelp)
    .argument('[address...]')
    .option('--file <file>', 'all that stand in a file; - is standard input')
    .addOption(roleOption())
    .option('--skip-bad', 'pass over lines of the file that cannot be read')
    .option('--goodbye', 'they get a goodbye; those of a file are removed one by one then')
    .action(async (text: string, words: readonly string[], options: RemoveOptions) => {
      const role = roleOf(options);
      const addresses = words.map(wantAddress);
      if (addresses.length === 0 && options.file === undefined) {
        throw new UsageError('say whom to remove: addresses, or --file FILE');
      }
      const site = await io.site();
      const store = await site.store();
      const list = await findList(store, text);
      const { id } = list;
      const { file } = options;
      if (file !== undefined && options.goodbye) {
        await removeEach(io, { site, store, list, who: whoAmI(), now: io.now() }, role, file);
      } else if (file !== undefined) {
        using staged = await stageRoster(io, store, { ...options, id, file, role });
        const removed = await staged.stage.remove();
        await writeLine(io, `${removed} of ${staged.count} were ${role} of ${id}; they are gone.`);
      }
      for (const address of await knownOf(addresses, async (one) =>
        store.member(id, role, addressKey(one)),
      )) {
        await store.as(whoAmI()).removeMember(id, role, addressKey(address));
        await writeLine(io, `${address} is no ${role} of ${id} any more.`);
        if (!options.goodbye) continue;
        await tellMember({ site, store, list, who: whoAmI(), now: io.now() }, 'goodbye', {
          address,
          name: '',
        });
      }
    });
}

/** Those of a file, one by one, each with his goodbye; who is not there is told. */
async function removeEach(io: Io, at: AtList, role: Role, file: string): Promise<void> {
  const { store, list, who } = at;
  for await (const one of everybody(io, [], file)) {
    const key = addressKey(one.address);
    if ((await store.member(list.id, role, key)) === undefined) {
      await note(io, `${one.address} is no ${role} of ${list.id}.`);
      continue;
    }
    await store.as(who).removeMember(list.id, role, key);
    await tellMember(at, 'goodbye', one);
    await writeLine(io, `${one.address} is no ${role} of ${list.id} any more.`);
  }
}

/** All of the addresses, if all of them are known; refused before the first is removed. */
async function knownOf(
  addresses: readonly Address[],
  find: (address: Address) => Promise<unknown>,
): Promise<readonly Address[]> {
  const unknown: Address[] = [];
  for (const address of addresses) if ((await find(address)) === undefined) unknown.push(address);
  if (unknown.length === 0) return addresses;
  const { exit } = await import('../ground/errors.ts');
  throw new UsageError(`not on the list in that role: ${unknown.join(', ')}`, exit.noInput);
}

type SetOptions = WishOptions & { readonly address?: string };

function addSet(family: Command, io: Io): void {
  withWishes(
    family
      .command('set')
      .description('change how somebody is on a list')
      .argument('<list>', listHelp)
      .argument('<address>'),
  )
    .option('--address <address>', 'his new address')
    .action(async (text: string, who: string, options: SetOptions) => {
      const address = options.address === undefined ? undefined : wantAddress(options.address);
      const wish = { ...wishOf(options), address };
      if (Object.values(wish).every((value) => value === undefined)) {
        throw new UsageError('say what to change: --mode, --status, --name, ...');
      }
      const role = roleOf(options);
      const store = await (await io.site()).store();
      const { id } = await findList(store, text);
      const key = addressKey(wantAddress(who));
      const now = await store.as(whoAmI()).changeMember(id, role, key, wish);
      const { mode, status, action } = now;
      await writeLine(io, `${now.address}: mode ${mode}, status ${status}, action ${action}.`);
    });
}
