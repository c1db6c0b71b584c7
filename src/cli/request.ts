/** `listmill request`: wishes that wait for somebody's word. */
import { decide, waitingRequest } from '../engine/people.ts';
import { exit, UsageError } from '../ground/errors.ts';
import type { Request } from '../model/request.ts';
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
      const found = await store.people.moderatorRequests(id, io.now());
      const rows = found.map(({ token: _, ...row }) => row);
      await listing(io, format, rows, columns, 'Nothing waits.');
    });

  family
    .command('accept')
    .description('let somebody join, or leave, who waits for it')
    .argument('<list>', listHelp)
    .argument('<address...>')
    .action(async (text: string, words: readonly string[]) => decideAll(io, text, words, true));

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
      throw new UsageError(`no request of ${address} waits for a moderator`, exit.noInput);
    }
    await writeLine(io, await decide(at, found, accept, reason));
  }
}
