/** `listmill member invite`: they join when they answer. */
import { exit, explain, UsageError } from '../ground/errors.ts';
import type { Subscriber } from '../model/subscribing.ts';
import { findList, listHelp, wantAddress, whoAmI } from './arguments.ts';
import type { Command, Io } from './command.ts';
import { note, writeLine } from './output.ts';
import { readRoster } from './roster-file.ts';

type InviteOptions = { readonly file?: string; readonly text?: string };

export function addInvite(family: Command, io: Io): void {
  family
    .command('invite')
    .description('ask addresses to join; whoever answers is a member')
    .argument('<list>', listHelp)
    .argument('[address...]')
    .option('--file <file>', 'all that stand in a file, as for import; - is standard input')
    .option('--text <text>', 'what you have to say to them, above what we say')
    .action(
      async (text: string, words: readonly string[], { file, text: own = '' }: InviteOptions) => {
        const named = words.map((word) => ({ address: wantAddress(word), name: '' }));
        if (named.length === 0 && file === undefined) {
          throw new UsageError('say whom to invite: addresses, or --file FILE');
        }
        const site = await io.site();
        const store = await site.store();
        const at = { site, store, list: await findList(store, text), who: whoAmI() };
        const { invite } = await import('../engine/people.ts');
        let invited = 0;
        for await (const who of everybody(io, named, file)) {
          try {
            await invite({ ...at, now: io.now() }, who, own.trim());
            invited += 1;
          } catch (error) {
            // A member already, or banned: the others are invited all the same.
            if (!(error instanceof UsageError)) throw error;
            await note(io, explain(error));
            io.exit(exit.failure);
          }
        }
        await writeLine(io, `${invited} invited to ${at.list.address}.`);
      },
    );
}

/** Those that are named, then those of the file; lines that cannot be read are told. */
export async function* everybody(
  io: Io,
  named: readonly Subscriber[],
  file: string | undefined,
): AsyncGenerator<Subscriber> {
  yield* named;
  if (file === undefined) return;
  for await (const line of readRoster(io, file, 'member').lines) {
    if (line.kind === 'bad') {
      await note(io, `${file}:${line.line}: ${line.why}`);
      io.exit(exit.dataErr);
    } else yield { address: line.member.address, name: line.member.wish.name ?? '' };
  }
}
