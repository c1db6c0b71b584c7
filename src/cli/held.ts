/** `listmill held`: mail that waits for a person's decision. */
import { type Decision, decide } from '../engine/held.ts';
import type { Command, Io, Verb } from './command.ts';
import { deal } from './dealing.ts';
import { addLooking, type Choice, choose, choosing } from './parked.ts';

/** What the author is told where the moderator gives no reason. */
const noReason = 'A moderator of the list decided so.';

export const held: Verb = (program, io) => {
  const family = program.command('held').description('mail that waits for a moderator');
  addLooking(family, io, 'held');
  addDecision(family.command('accept'), io, { kind: 'accept' }).description(
    'let them go to the list',
  );
  addDecision(family.command('discard'), io, { kind: 'discard' }).description(
    'remove them; nobody is told',
  );
  addDecision(family.command('reject'), io, { kind: 'reject', reason: noReason })
    .description('remove them and tell their authors, where they may be answered')
    .option('--reason <text>', 'what the author is told', noReason);
};

function addDecision(command: Command, io: Io, initial: Decision): Command {
  return choosing(command).action(
    async (words: string[], options: Choice & { reason?: string }) => {
      const site = await io.site();
      const decision: Decision =
        initial.kind === 'reject' ? { ...initial, reason: options.reason ?? noReason } : initial;
      await deal(io, site, await choose(site, 'held', words, options), (hand, place) =>
        decide(hand, site, place, decision, io.now()),
      );
    },
  );
}
