/** Entries in listings. One by one: entry-show.ts. */
import { closeSync, openSync, readSync } from 'node:fs';
import { errorCode, exit, UsageError } from '../ground/errors.ts';
import { parseHeaders } from '../mail/headers.ts';
import { ageText } from '../model/amounts.ts';
import { type Read, readPlace, readWhy } from '../spool/parked.ts';
import { findPlaces, type Place } from '../spool/places.ts';
import type { Column } from './output.ts';

const maxSubject = 100;
/** A subject that stands further down is not shown. */
const headBytes = 8192;

export const entryHelp = 'its id, the beginning of it, or the id of its posting';

/** One entry in a listing. */
export type EntryRow = {
  readonly id: string;
  readonly queue: string;
  /** `waiting`, `claimed`, or where it is parked. */
  readonly state: string;
  readonly worker?: string | undefined;
  readonly received?: number | undefined;
  readonly due?: number | undefined;
  readonly priority?: number | undefined;
  readonly tries?: number | undefined;
  readonly attempts?: number | undefined;
  readonly list?: string | undefined;
  readonly sender?: string | null | undefined;
  readonly recipient?: string | undefined;
  readonly size?: number | undefined;
  readonly subject?: string | undefined;
  readonly why?: readonly string[] | undefined;
  /** Why it is no entry. */
  readonly broken?: string | undefined;
};

type Whole = Extract<Read, { kind: 'entry' }>;

/** The rows of places; one that has gone meanwhile has none. */
export function* rowsOf(places: Iterable<Place>): Generator<EntryRow> {
  for (const place of places) {
    const read = readPlace(place);
    if (read.kind === 'gone') continue;
    yield rowOf(place, read);
  }
}

/** The row of an entry that was read. */
export function rowOf(place: Place, read: Exclude<Read, { kind: 'gone' }>): EntryRow {
  const common = {
    id: place.id,
    queue: place.queue,
    state: place.kind === 'parked' ? place.where : place.kind,
    worker: place.kind === 'claimed' ? place.worker : undefined,
    why: place.kind === 'claimed' ? undefined : readWhy(place.folder)?.reasons,
  };
  if (read.kind === 'broken') return { ...common, broken: read.reason };
  const { meta } = read;
  return {
    ...common,
    received: meta.received,
    due: place.kind === 'parked' ? undefined : place.name.due,
    priority: meta.priority,
    tries: place.kind === 'parked' ? undefined : place.name.tries,
    attempts: meta.attempts,
    list: meta.list,
    sender: meta.sender,
    recipient: meta.recipient,
    size: meta.message.size,
    subject: subjectOf(read),
  };
}

/** From the beginning of the message: a listing of many thousands should not take minutes. */
function subjectOf(read: Whole): string | undefined {
  try {
    return parseHeaders(headOf(read)).get('subject')?.slice(0, maxSubject);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The header block, or as much of it as stands in the first piece of the file. */
export function headOf({ message, from = 0, meta }: Whole): Buffer {
  const file = openSync(message, 'r');
  try {
    const piece = Buffer.alloc(Math.min(headBytes, meta.message.size));
    const head = piece.subarray(0, readSync(file, piece, 0, piece.length, from));
    const end = /\r?\n\r?\n/.exec(head.toString('latin1'))?.index;
    return end === undefined ? head : head.subarray(0, end);
  } finally {
    closeSync(file);
  }
}

const sender = (row: EntryRow) => (row.sender === null ? '<>' : row.sender);

/** Columns of entries in a queue. */
export function queueColumns(now: number): readonly Column<EntryRow>[] {
  return [
    { title: 'ENTRY', of: (row) => row.id },
    { title: 'STATE', of: (row) => row.worker ?? row.state },
    { title: 'AGE', of: (row) => age(row.received, now), align: 'right' },
    { title: 'DUE', of: (row) => dueText(row.due, now), align: 'right' },
    { title: 'TRIES', of: (row) => row.tries, align: 'right' },
    { title: 'ATTEMPTS', of: (row) => row.attempts, align: 'right' },
    { title: 'LIST', of: (row) => row.list },
    { title: 'SENDER', of: sender },
    { title: 'SUBJECT', of: (row) => row.broken ?? row.subject },
  ];
}

/** Columns of parked entries: with the reason. */
export function parkedColumns(now: number): readonly Column<EntryRow>[] {
  return [
    { title: 'ENTRY', of: (row) => row.id },
    { title: 'FROM', of: (row) => row.queue },
    { title: 'AGE', of: (row) => age(row.received, now), align: 'right' },
    { title: 'LIST', of: (row) => row.list ?? row.recipient },
    { title: 'SENDER', of: sender },
    { title: 'SUBJECT', of: (row) => row.subject },
    { title: 'WHY', of: (row) => row.why?.join('; ') ?? row.broken },
  ];
}

function age(received: number | undefined, now: number): string | undefined {
  return received === undefined ? undefined : ageText(now - received);
}

function dueText(due: number | undefined, now: number): string | undefined {
  if (due === undefined) return undefined;
  return due <= now ? 'now' : `in ${ageText(due - now)}`;
}

/** The one entry that a person means. */
export function wantPlace(places: Iterable<Place>, text: string): Place {
  const [only, ...others] = findPlaces(places, text);
  if (!only) throw new UsageError(`no entry ${text} here`, exit.noInput);
  if (others.length === 0) return only;
  const names = [only, ...others].slice(0, 5).map(({ id, queue }) => `${id} (${queue})`);
  const more = others.length > 4 ? ' ...' : '';
  throw new UsageError(`${text} means ${others.length + 1} entries: ${names.join(', ')}${more}`);
}
