/** `listmill trace`: the way of one message, hop by hop, and what became of each copy. */
import { type CopyTrace, type Traced, Tracer } from '../engine/trace.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { readPlace } from '../spool/parked.ts';
import type { Place } from '../spool/places.ts';
import type { Store } from '../store/store.ts';
import { jsonOption } from './arguments.ts';
import type { Io, Verb } from './command.ts';
import { type Column, type Format, list, note, writeLine } from './output.ts';

const idHelp = 'its Message-ID, the id of its entry, or the name that the MTA gave to a copy';

type Options = Format & { readonly recipient?: string; readonly all?: boolean };

export const trace: Verb = (program, io) => {
  program
    .command('trace')
    .description('what became of a message: its hops, and its copies')
    .argument('<message>', idHelp)
    .option('--recipient <address>', 'only the copy of this recipient, with all that is known')
    .option('--all', 'every copy; otherwise those that were delivered are only counted')
    .addOption(jsonOption())
    .action(async (text: string, options: Options) => {
      const site = await io.site();
      await using tracer = new Tracer(site);
      const traced = await tracer.find(text);
      const { postings, mailings, places } = traced;
      if (postings.length + mailings.length + places.length === 0) {
        const hint = 'it was not accepted, or so long ago that it is forgotten; the log may know';
        throw new UsageError(`nothing is known of ${text}: ${hint}`, exit.noInput);
      }
      if (!options.json) await tellWay(io, traced, await site.store());
      const counts = new Map<string, number>();
      // A name of the MTA's means these copies, delivered as they are.
      const all = options.all || traced.queueId !== undefined;
      const copies = tracer.copies(traced, options.recipient);
      const rows = shown(copies, { ...options, all }, counts);
      const none = options.recipient === undefined ? 'No other copy.' : 'No copy for this address.';
      await list(io, options, rows, columns, none);
      if (!options.json && counts.size > 0) await tellCounts(io, counts);
    });
};

/** Those that are to be listed; all are counted. */
async function* shown(
  copies: AsyncIterable<CopyTrace>,
  { recipient, all }: Options,
  counts: Map<string, number>,
): AsyncGenerator<CopyTrace> {
  for await (const copy of copies) {
    counts.set(copy.outcome, (counts.get(copy.outcome) ?? 0) + 1);
    if (all || recipient !== undefined || copy.outcome !== 'delivered') yield copy;
  }
}

async function tellCounts(io: Io, counts: ReadonlyMap<string, number>): Promise<void> {
  const words = [...counts].map(([outcome, count]) => `${count} ${outcome}`);
  await note(io, `${words.join(', ')}.`);
}

const columns: readonly Column<CopyTrace>[] = [
  { title: 'TIME', of: ({ at }) => time(at) },
  { title: 'RECIPIENT', of: ({ recipient }) => recipient },
  { title: 'OUTCOME', of: ({ outcome }) => outcome },
  { title: 'RELAY', of: ({ relay }) => relay },
  { title: 'QUEUE ID', of: ({ queueId }) => queueId },
  { title: 'REPLY', of: ({ detail }) => detail },
  { title: 'ENTRY', of: ({ entry }) => entry },
];

async function tellWay(
  io: Io,
  { postings, mailings, places }: Traced,
  store: Store,
): Promise<void> {
  for (const posting of postings) {
    const { list: id, number, root, subject, author, at, messageId, authenticated } = posting;
    await writeLine(io, `${messageId} is posting ${number} of ${id}: "${oneLine(subject)}"`);
    await writeLine(io, `  ${time(at)}  accepted, by ${oneLine(author)}`);
    for (const { cancelled, recipients } of await store.mailings.find(root)) {
      if (cancelled === 0) continue;
      await writeLine(io, `  cancelled: ${cancelled} of ${recipients} were not sent to`);
    }
    if (authenticated !== null) await writeLine(io, `  authentication: ${oneLine(authenticated)}`);
  }
  for (const { id, received, hops, messageId, list: of } of mailings) {
    await writeLine(io, `${id} for ${of ?? 'no list'}: ${oneLine(messageId)}`);
    await writeLine(io, `  ${time(received)}  received`);
    for (const { queue, at } of hops) await writeLine(io, `  ${time(at)}  ${queue}`);
  }
  // Batches are told of by the copies in them.
  for (const place of places) if (place.queue !== 'outgoing') await writeLine(io, placeText(place));
  await writeLine(io);
}

function placeText(place: Place): string {
  const read = readPlace(place);
  const due = read.kind === 'entry' ? `, due ${time(read.meta.due)}` : '';
  switch (place.kind) {
    case 'waiting':
      return `${place.id} waits in ${place.queue}${due}`;
    case 'claimed':
      return `${place.id} is in work: ${place.worker}`;
    case 'parked':
      return `${place.id} is parked (${place.where}) from ${place.queue}`;
  }
}

function time(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ');
}

/** What mail brings must not steer a terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 200);
}
