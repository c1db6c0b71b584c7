/** `listmill user export|erase`: all that is kept of somebody. */
import { UsageError } from '../ground/errors.ts';
import type { Address } from '../mail/address.ts';
import type { Store } from '../store/store.ts';
import { wantAddress, whoAmI } from './arguments.ts';
import type { Command, Io } from './command.ts';
import { confirm, yesOption } from './confirm.ts';
import { note, writeLine } from './output.ts';

const help = 'a number, or an address; all addresses of a user are meant';

export function addPersonal(family: Command, io: Io): void {
  family
    .command('export')
    .description('all that is kept of somebody, as JSON')
    .argument('<user>', help)
    .action(async (text: string) => {
      const store = await (await io.site()).store();
      const found: unknown[] = [];
      for (const address of await addressesOf(store, text)) {
        found.push(await store.people.personal(address));
      }
      await writeLine(io, JSON.stringify(found, undefined, 2));
    });

  family
    .command('erase')
    .description('forget somebody; archives and bans stay')
    .argument('<user>', help)
    .addOption(yesOption())
    .action(async (text: string, { yes }: { readonly yes?: boolean }) => {
      const store = await (await io.site()).store();
      const addresses = await addressesOf(store, text);
      const question = `Forget ${addresses.join(', ')}, and what they are on all lists?`;
      if (!(await confirm(io, question, yes))) return;
      for (const address of addresses) {
        await store.as(whoAmI()).erase(address);
        await writeLine(io, `${address} is forgotten.`);
      }
      await note(io, 'Archives are files: they still hold what was posted.');
    });
}

async function addressesOf(store: Store, text: string): Promise<readonly Address[]> {
  const isNumber = /^\d{1,15}$/.test(text);
  const user = isNumber ? await store.userAt(Number(text)) : await store.userOf(wantAddress(text));
  if (user) return user.addresses.map(({ address }) => wantAddress(address));
  if (isNumber) throw new UsageError(`no user ${text}`, 66);
  return [wantAddress(text)];
}
