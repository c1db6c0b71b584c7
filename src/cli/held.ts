/** `listmill held`: mail that waits for a person's decision. */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Decision, decide } from '../engine/held.ts';
import { deferHeld, forwardHeld } from '../engine/held-more.ts';
import { UsageError } from '../ground/errors.ts';
import { type HeldDecision, senderDeeds } from '../model/held.ts';
import { messageFile } from '../spool/layout.ts';
import type { Place } from '../spool/places.ts';
import { wantAddress, whoAmI } from './arguments.ts';
import { type Command, type Io, Option, type Verb } from './command.ts';
import { deal } from './dealing.ts';
import { addLooking, type Choice, choose, choosing } from './parked.ts';

type Options = Choice & {
  readonly reason?: string;
  readonly sender?: Decision['sender'];
  readonly keep?: string;
};

export const held: Verb = (program, io) => {
  const family = program.command('held').description('mail that waits for a moderator');
  addLooking(family, io, 'held');
  addDecision(family, io, 'accept').description('let them go to the list');
  addDecision(family, io, 'discard').description('remove them; nobody is told');
  addDecision(family, io, 'reject')
    .description('remove them and tell their authors, where they may be answered')
    .option('--reason <text>', 'what the author is told');
  addDefer(family, io);
  addForward(family, io);
};

function addDecision(family: Command, io: Io, kind: HeldDecision): Command {
  return choosing(family.command(kind))
    .addOption(
      new Option(
        '--sender <deed>',
        'with it: accept what he posts from now on, ban him, or clear what was said of him',
      ).choices(senderDeeds),
    )
    .option('--keep <folder>', 'copy their messages into a folder first')
    .action(async (words: string[], options: Options) => {
      const site = await io.site();
      const { reason = '', sender, keep } = options;
      const decision: Decision = { kind, reason, by: whoAmI(), sender };
      await deal(io, site, await choose(site, 'held', words, options), (hand, place) => {
        if (keep !== undefined) keepCopy(resolve(io.cwd, keep), place);
        return decide(hand, site, place, decision, io.now());
      });
    });
}

function keepCopy(folder: string, place: Place): void {
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(place.folder, messageFile), join(folder, `${place.id}.eml`));
}

function addDefer(family: Command, io: Io): void {
  choosing(family.command('defer'))
    .description('let them wait: neither reminders nor expiry for some days')
    .option('--days <n>', 'so many days', '7')
    .action(async (words: string[], options: Choice & { days: string }) => {
      const days = Number(options.days);
      if (!(Number.isInteger(days) && days >= 1 && days <= 365)) {
        throw new UsageError('--days is a number from 1 to 365');
      }
      const site = await io.site();
      await deal(io, site, await choose(site, 'held', words, options), (hand, place) =>
        deferHeld(hand, site, place, { days, by: whoAmI() }, io.now()),
      );
    });
}

function addForward(family: Command, io: Io): void {
  family
    .command('forward')
    .description('send a copy of one to somebody; it goes on waiting')
    .argument('<entry>', 'its id, or the beginning of it')
    .argument('<address>', 'who gets the copy')
    .action(async (entry: string, text: string) => {
      const to = wantAddress(text);
      const site = await io.site();
      await deal(io, site, await choose(site, 'held', [entry], {}), (hand, place) =>
        forwardHeld(hand, site, place, to, io.now()),
      );
    });
}
