/** `listmill request`: wishes that wait for somebody's word. */
import { askedByLink, confirmByLink } from '../engine/confirm-page.ts';
import { decide, waitingRequest } from '../engine/people.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { addressKey } from '../mail/address.ts';
import { byExpiry } from '../model/held.ts';
import type { Request, RequestDecided } from '../model/request.ts';
import { findList, jsonOption, listHelp, wantAddress, whoAmI } from './arguments.ts';
import type { Io, Verb } from './command.ts';
import { type Column, type Format, list as listing, when, writeLine } from './output.ts';

const columns: readonly Column<Omit<Request, 'token'>>[] = [
  { title: 'ADDRESS', of: (row) => row.address },
  { title: 'NAME', of: (row) => row.detail.name ?? '' },
  { title: 'WISH', of: (row) => row.kind },
  { title: 'SINCE', of: (row) => when(row.made) },
  { title: 'UNTIL', of: (row) => when(row.expires) },
];

export const request: Verb = (program, io) => {
  const family = program.command('request').description('wishes to join or leave that wait');

  family
    .command('ls')
    .description('those that wait for a moderator, the oldest first')
    .argument('<list>', listHelp)
    .addOption(jsonOption())
    .action(async (text: string, format: Format) => {
      const store = await (await io.site()).store();
      const { id } = await findList(store, text);
      const found = await store.people.undecidedOn(id);
      const rows = found.map(({ request: { token: _, ...row } }) => row);
      await listing(io, format, rows, columns, 'Nothing waits.');
    });

  family
    .command('accept')
    .description('let somebody join, or leave, who waits for it')
    .argument('<list>', listHelp)
    .argument('<address...>')
    .action(async (text: string, words: readonly string[]) => decideAll(io, text, words, true));

  family
    .command('confirm')
    .description('what a page does with the link of a message that asks for confirmation')
    .argument('<token>', 'the end of the link')
    .option('--show', 'only say what it is about, and change nothing')
    .action(async (token: string, options: { show?: boolean }) => {
      const site = await io.site();
      const ask = options.show ? askedByLink : confirmByLink;
      const asked = await ask(site, token, io.now());
      if (!asked) {
        throw new UsageError('it was confirmed already, or it is too old', exit.noInput);
      }
      const { list, wish, address } = asked;
      await writeLine(io, JSON.stringify({ list: list.address, wish, address }));
    });

  family
    .command('reject')
    .description('refuse it; he is told')
    .argument('<list>', listHelp)
    .argument('<address...>')
    .option('--reason <text>', 'why; he is told', '')
    .action(async (text: string, words: readonly string[], options: { reason: string }) =>
      decideAll(io, text, words, false, options.reason),
    );
};

function noneOf(address: string): string {
  return `no request of ${address} waits for a moderator`;
}

/** What was decided before, for who comes late. */
function earlier({ address, wish, decision, by, at }: RequestDecided): string {
  const how = decision === 'accept' ? 'accepted' : 'refused';
  const who = by === byExpiry ? 'because nobody decided in time' : `by ${by}`;
  return `${noneOf(address)}: that to ${wish} was ${how} ${who} (${when(at)})`;
}

async function decideAll(
  io: Io,
  text: string,
  words: readonly string[],
  accept: boolean,
  reason = '',
): Promise<void> {
  const addresses = words.map(wantAddress);
  const site = await io.site();
  const store = await site.store();
  const at = { site, store, list: await findList(store, text), who: whoAmI(), now: io.now() };
  for (const address of addresses) {
    const found = await waitingRequest(at, address);
    if (!found) {
      const before = await store.people.lastDecided(at.list.id, addressKey(address));
      throw new UsageError(before ? earlier(before) : noneOf(address), exit.noInput);
    }
    await writeLine(io, await decide(at, found, accept, reason));
  }
}
