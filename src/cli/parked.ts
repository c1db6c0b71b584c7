/** What the families `held`, `shunt` and `bad` have in common: listing, showing, choosing. */
import { remove, requeue } from '../engine/by-hand.ts';
import { destinationOf } from '../engine/held.ts';
import type { Site } from '../engine/site.ts';
import { UsageError } from '../ground/errors.ts';
import type { ListId } from '../model/ids.ts';
import type { ParkingName } from '../model/queues.ts';
import { readPlace } from '../spool/parked.ts';
import { type Place, parkedIn } from '../spool/places.ts';
import { findList, jsonOption, listHelp } from './arguments.ts';
import { type Command, type Io, Option } from './command.ts';
import { confirm, deleteQuestion, yesOption } from './confirm.ts';
import { deal } from './dealing.ts';
import { entryHelp, parkedColumns, rowsOf, wantPlace } from './entry-rows.ts';
import { type ShowFormat, showEntries } from './entry-show.ts';
import { type Format, list as listing } from './output.ts';

/** Which entries a person means: some by name, or all, or all of one list. */
export type Choice = { readonly all?: boolean; readonly list?: string };

/** `--list` of the families that look after parked mail. */
export const listOption = () => new Option('--list <list>', `only those of a list: ${listHelp}`);

/** `ls` and `show` of one parking place. */
export function addLooking(family: Command, io: Io, where: ParkingName): void {
  family
    .command('ls')
    .description('which there are, and why')
    .addOption(listOption())
    .addOption(jsonOption())
    .action(async (options: Format & { list?: string }) => {
      const site = await io.site();
      const places = await ofList(site, parkedIn(site.spool, where), options.list);
      await listing(io, options, rowsOf(places), parkedColumns(io.now()), 'None.');
    });

  family
    .command('show')
    .description('everything about one, and the header of its message')
    .argument('<entry>', entryHelp)
    .option('--raw', 'its message instead, byte for byte')
    .addOption(jsonOption())
    .action(async (text: string, format: ShowFormat) => {
      const site = await io.site();
      await showEntries(io, site, parkedIn(site.spool, where), text, format);
    });
}

/** An order about some entries of one parking place. */
export function choosing(command: Command): Command {
  return command
    .argument('[entry...]', entryHelp)
    .option('--all', 'all of them')
    .addOption(listOption());
}

/** The entries that are meant; it must be said which. */
export async function choose(
  site: Site,
  where: ParkingName,
  words: readonly string[],
  { all, list }: Choice,
): Promise<readonly Place[]> {
  if (words.length > 0) {
    if (all || list !== undefined) throw new UsageError('name entries, or say --all or --list');
    const places = [...parkedIn(site.spool, where)];
    return words.map((text) => wantPlace(places, text));
  }
  if (!all && list === undefined) {
    throw new UsageError('which entries? Name them, or say --all or --list LIST');
  }
  return ofList(site, parkedIn(site.spool, where), list);
}

/** Those of one list. Mail that came by pipe says only its recipient. */
async function ofList(
  site: Site,
  places: Iterable<Place>,
  text: string | undefined,
): Promise<Place[]> {
  if (text === undefined) return [...places];
  const { id } = await findList(await site.store(), text);
  const found: Place[] = [];
  for (const place of places) if ((await listOf(site, place)) === id) found.push(place);
  return found;
}

async function listOf(site: Site, place: Place): Promise<ListId | undefined> {
  const read = readPlace(place);
  if (read.kind !== 'entry') return undefined;
  return read.meta.list ?? (await destinationOf(site, read.meta))?.list.id;
}

/** `requeue` of one parking place: back to the queue that it came from. */
export function addRequeue(family: Command, io: Io, where: ParkingName): void {
  choosing(family.command('requeue'))
    .description('back to the queue that they came from: the step is run again')
    .action(async (words: string[], options: Choice) => {
      const site = await io.site();
      await deal(io, site, await choose(site, where, words, options), (hand, place) =>
        requeue(hand, place, { atOnce: true, now: io.now() }),
      );
    });
}

/** `delete` of one parking place. */
export function addDelete(family: Command, io: Io, where: ParkingName): void {
  choosing(family.command('delete'))
    .description('remove them for good')
    .addOption(yesOption())
    .action(async (words: string[], options: Choice & { yes?: boolean }) => {
      const site = await io.site();
      const places = await choose(site, where, words, options);
      if (places.length > 0 && !(await confirm(io, deleteQuestion(places), options.yes))) return;
      await deal(io, site, places, (hand, place) => remove(hand, site.spool, place, io.now()));
    });
}
