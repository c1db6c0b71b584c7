/** One entry with all that is known of it, or all entries that a posting has become. */
import { createReadStream } from 'node:fs';
import { batchProgress } from '../engine/by-hand.ts';
import type { Site } from '../engine/site.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { parseHeaders } from '../mail/headers.ts';
import { readMessage } from '../mail/message.ts';
import { ageText, bytesText } from '../model/amounts.ts';
import type { EntryMeta } from '../model/entry.ts';
import { eachRecipient } from '../model/recipients.ts';
import { type Read, readPlace } from '../spool/parked.ts';
import { findPlaces, type Place } from '../spool/places.ts';
import type { Io } from './command.ts';
import { type EntryRow, headOf, rowOf, wantPlace } from './entry-rows.ts';
import { cell, type Format, list, show, when, write, writeLine } from './output.ts';

/** Header lines that are printed; the rest is for --raw. */
const maxHeaderLines = 200;

/** `--raw`: the message as it is, byte for byte. */
export type ShowFormat = Format & { readonly raw?: boolean };

/** Everything about the entries that a person means, one after the other. */
export async function showEntries(
  io: Io,
  site: Site,
  places: Iterable<Place>,
  text: string,
  format: ShowFormat,
): Promise<void> {
  const found = findPlaces(places, text);
  if (found.length === 0) throw new UsageError(`no entry ${text} here`, exit.noInput);
  if (format.raw) {
    const read = readPlace(wantPlace(found, text));
    if (read.kind !== 'entry') throw new UsageError(`${text} has no message`, exit.noInput);
    const { from: start = 0, meta } = read;
    if (meta.message.size === 0) return;
    const end = start + meta.message.size - 1;
    for await (const piece of createReadStream(read.message, { start, end })) {
      await write(io.stdout, piece as Buffer);
    }
    return;
  }
  if (format.json) {
    await list(io, format, details(site, found), []);
    return;
  }
  for (const [n, place] of found.entries()) {
    if (n > 0) await writeLine(io);
    await showEntry(io, site, place);
  }
}

/** For programs: always an array, because an id may mean several entries. */
async function* details(site: Site, places: readonly Place[]): AsyncGenerator<object> {
  for (const place of places) {
    const read = readPlace(place);
    if (read.kind === 'gone') continue;
    const row = rowOf(place, read);
    if (read.kind === 'broken') yield row;
    else {
      const progress = batchProgress(place.folder, read.meta.work);
      const header = await headerLines(read, site.config.limits.headerBytes);
      const meta = plainMeta(read.meta);
      yield { ...row, ...(progress ? { progress } : {}), meta, header };
    }
  }
}

/** The recipients of a batch are lines of bytes; programs want them as any other list. */
function plainMeta(meta: EntryMeta): object {
  const { work } = meta;
  if (work.kind !== 'batch') return meta;
  return { ...meta, work: { ...work, recipients: [...eachRecipient(work.recipients)] } };
}

async function showEntry(io: Io, site: Site, place: Place): Promise<void> {
  const read = readPlace(place);
  if (read.kind === 'gone') return writeLine(io, `${place.id} was taken meanwhile.`);
  const row = rowOf(place, read);
  if (read.kind === 'broken') return show(io, {}, row, broken(row));
  const { meta } = read;
  const progress = batchProgress(place.folder, meta.work);
  await show(io, {}, row, [
    ...lines(place, row, meta, io.now()),
    ...(progress ? [['progress', progressText(progress)] as const] : []),
  ]);
  await writeLine(io);
  for (const line of await headerLines(read, site.config.limits.headerBytes)) {
    await writeLine(io, `  ${cell(line)}`);
  }
}

function broken(row: EntryRow): (readonly [string, string])[] {
  return [
    ['entry', row.id],
    ['state', `${row.state} (${row.queue})`],
    ['no entry', row.broken ?? ''],
    ['why', row.why?.join('; ') ?? '-'],
  ];
}

function lines(
  place: Place,
  row: EntryRow,
  meta: EntryMeta,
  now: number,
): (readonly [string, string | number])[] {
  const { work } = meta;
  const waits = place.kind === 'parked' ? [] : [['due', dueOf(place.name.due, now)] as const];
  const tries = place.kind === 'parked' ? [] : [['tries', place.name.tries] as const];
  return [
    ['entry', meta.id],
    ['state', `${row.state} (${meta.work.kind} in ${place.queue})${by(place)}`],
    ...(row.why ?? []).map((reason) => ['why', reason] as const),
    ['list', meta.list ?? '-'],
    ['sender', meta.sender ?? '<>'],
    ['recipient', meta.recipient ?? '-'],
    ['received', `${when(meta.received)}, ${ageText(now - meta.received)} ago`],
    ...waits,
    ...tries,
    ['attempts', meta.attempts],
    ['priority', meta.priority],
    ['size', bytesText(meta.message.size)],
    ...(work.kind === 'batch' ? [['recipients', work.recipients.length] as const] : []),
    ...meta.hops.map((hop) => ['hop', `${hop.queue} until ${when(hop.at)}`] as const),
    ['folder', place.folder],
  ];
}

function by(place: Place): string {
  return place.kind === 'claimed' ? `, in work by ${place.worker}` : '';
}

function dueOf(due: number, now: number): string {
  return due <= now ? `since ${ageText(now - due)}` : `in ${ageText(due - now)} (${when(due)})`;
}

function progressText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}

/** The header as it stands in the file, for eyes: bounded. */
async function headerLines(
  entry: Extract<Read, { kind: 'entry' }>,
  maxHeaderBytes: number,
): Promise<string[]> {
  const read =
    entry.from === undefined
      ? await readMessage(entry.message, { maxHeaderBytes })
      : { headers: parseHeaders(headOf(entry)) };
  if ('reason' in read) return [read.reason];
  const all = read.headers.bytes().toString('utf8').trimEnd().split(/\r?\n/);
  if (all.length <= maxHeaderLines) return all;
  return [...all.slice(0, maxHeaderLines), `(${all.length - maxHeaderLines} more lines: --raw)`];
}
