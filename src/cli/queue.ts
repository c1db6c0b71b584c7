/** `listmill queue`: what waits, what is in work, and what to do about it. Safe while it runs. */
import { remove, requeue, wantOpenQueue } from '../engine/by-hand.ts';
import { requeueTo } from '../engine/held.ts';
import type { Site } from '../engine/site.ts';
import { ageText } from '../model/amounts.ts';
import { isQueueName, type QueueName, queueNames } from '../model/queues.ts';
import {
  allPlaces,
  claimedIn,
  type Place,
  type Tally,
  tally,
  unbundled,
  waitingIn,
} from '../spool/places.ts';
import { jsonOption } from './arguments.ts';
import type { Command, Io, Verb } from './command.ts';
import { confirm, deleteQuestion, yesOption } from './confirm.ts';
import { deal } from './dealing.ts';
import { entryHelp, queueColumns, rowsOf, wantPlace } from './entry-rows.ts';
import { type ShowFormat, showEntries } from './entry-show.ts';
import { type Column, type Format, list } from './output.ts';

export const queue: Verb = (program, io) => {
  const family = program.command('queue').description('entries that wait or are in work');
  addLs(family, io);
  addShow(family, io);
  addRequeue(family, io);
  addDelete(family, io);
};

function addLs(family: Command, io: Io): void {
  family
    .command('ls')
    .description('all queues; or the entries of one, or those that a posting has become')
    .argument('[queue]', 'a queue, or the id of an entry or posting')
    .addOption(jsonOption())
    .action(async (name: string | undefined, format: Format) => {
      const { spool } = await io.site();
      const now = io.now();
      if (name === undefined) {
        const rows = queueNames.map((one) => tally(spool, one, now));
        await list(io, format, rows, tallyColumns(now));
        return;
      }
      const places = isQueueName(name)
        ? inQueue(spool, name)
        : [...allPlaces(spool)].filter(({ id }) => id.startsWith(name));
      await list(io, format, rowsOf(places), queueColumns(now), `Nothing in ${name}.`);
    });
}

function* inQueue(spool: Site['spool'], name: QueueName): Generator<Place> {
  yield* unbundled(claimedIn(spool, name));
  yield* unbundled(waitingIn(spool, name));
}

function tallyColumns(now: number): readonly Column<Tally>[] {
  return [
    { title: 'QUEUE', of: (row) => row.queue },
    { title: 'WAITING', of: (row) => row.waiting, align: 'right' },
    { title: 'DUE', of: (row) => row.due, align: 'right' },
    { title: 'IN WORK', of: (row) => row.claimed, align: 'right' },
    { title: 'HELD', of: (row) => row.held, align: 'right' },
    { title: 'SHUNT', of: (row) => row.shunt, align: 'right' },
    { title: 'BAD', of: (row) => row.bad, align: 'right' },
    {
      title: 'OLDEST',
      of: ({ oldest }) => (oldest === undefined ? undefined : ageText(now - oldest)),
      align: 'right',
    },
  ];
}

function addShow(family: Command, io: Io): void {
  family
    .command('show')
    .description('everything about an entry, wherever it is')
    .argument('<entry>', entryHelp)
    .option('--raw', 'its message instead, byte for byte')
    .addOption(jsonOption())
    .action(async (text: string, format: ShowFormat) => {
      const site = await io.site();
      await showEntries(io, site, allPlaces(site.spool), text, format);
    });
}

/** The entries that are named; each must be one. */
function chosen(site: Site, words: readonly string[]): Place[] {
  const places = [...allPlaces(site.spool)];
  return words.map((text) => wantPlace(places, text));
}

function addRequeue(family: Command, io: Io): void {
  family
    .command('requeue')
    .description('let entries begin anew: no tries, no attempts counted')
    .argument('<entry...>', entryHelp)
    .option('--to <queue>', 'in another queue: incoming, pipeline, archive, bounce, command')
    .option('--now', 'due at once, not when it is due')
    .action(async (words: string[], options: { to?: string; now?: boolean }) => {
      const site = await io.site();
      const to = options.to === undefined ? undefined : wantOpenQueue(options.to);
      await deal(io, site, chosen(site, words), (hand, place) =>
        to === undefined || to === place.queue
          ? requeue(hand, place, { atOnce: options.now === true, now: io.now() })
          : requeueTo(hand, site, place, to, io.now()),
      );
    });
}

function addDelete(family: Command, io: Io): void {
  family
    .command('delete')
    .description('remove entries for good')
    .argument('<entry...>', entryHelp)
    .addOption(yesOption())
    .action(async (words: string[], { yes }: { yes?: boolean }) => {
      const site = await io.site();
      const places = chosen(site, words);
      if (!(await confirm(io, deleteQuestion(places), yes))) return;
      await deal(io, site, places, (hand, place) => remove(hand, site.spool, place, io.now()));
    });
}
