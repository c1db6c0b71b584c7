/** The names in the spool: how they are made and how they are read. */
import { type EntryId, entryId, isEntryId, lettersIn } from '../model/ids.ts';
import {
  type ParkingName,
  type Priority,
  parkingNames,
  priorities,
  type QueueName,
  queueNames,
} from '../model/queues.ts';

/** What an entry says of itself. */
export const metaFile = 'entry.json';
/** Its message, byte for byte. */
export const messageFile = 'message.eml';
/** The commits of steps without changes (I4 b): beside the claims, a line for each step. */
export const commitFile = 'steps.commit';
/** What `entry.json` will be when a step that says "later" is committed. */
export const nextFile = 'next.json';
export const whyFile = 'why.json';
/** What became of each recipient of a batch, as the replies came (I7). */
export const progressFile = 'progress';

/** A name in `new/<priority>` or, with the priority in front, in `claimed/<worker>`. */
export type EntryName = {
  readonly priority: Priority;
  readonly due: number;
  readonly id: EntryId;
  readonly tries: number;
};

const dueDigits = 13;
const waitingForm = /^(\d{13})\.([a-z0-9-]{1,120})\.(\d{1,4})$/;
const claimedForm = /^(\d)\.(\d{13})\.([a-z0-9-]{1,120})\.(\d{1,4})$/;
const maxTries = 9999;
/** Where the id begins in the name of what waits. */
const idAt = dueDigits + 1;

/** The name of an entry in `new/<priority>`. */
export function waitingName(name: Omit<EntryName, 'priority'>): string {
  const due = String(Math.max(0, Math.trunc(name.due))).padStart(dueDigits, '0');
  return `${due}.${name.id}.${Math.min(name.tries, maxTries)}`;
}

/** The name of an entry in `claimed/<worker>`. */
export function claimedName(name: EntryName): string {
  return `${name.priority}.${waitingName(name)}`;
}

/** The parts of a name in `new/<priority>`; undefined where it is none of ours. */
export function readWaitingName(priority: Priority, text: string): EntryName | undefined {
  const [, due, id, tries] = waitingForm.exec(text) ?? [];
  if (due === undefined || id === undefined || !isEntryId(id)) return undefined;
  return { priority, due: Number(due), id: entryId(id), tries: Number(tries) };
}

/** How many letters wait behind names from one on; bundles hold several. */
export function lettersFrom(names: readonly string[], first: number): number {
  let letters = 0;
  for (let n = first; n < names.length; n += 1) {
    const [, id = ''] = names[n]?.[idAt] === 'b' ? (names[n]?.split('.') ?? []) : [];
    letters += lettersIn(id);
  }
  return letters;
}

/** The parts of a name in `claimed/<worker>`; undefined where it is none of ours. */
export function readClaimedName(text: string): EntryName | undefined {
  const priority = claimedForm.exec(text)?.[1];
  const known = priorities.find((p) => String(p) === priority);
  return known === undefined ? undefined : readWaitingName(known, text.slice(2));
}

/**
 * Where everything lies below one spool folder. They are made twenty times a posting, of words that
 * need no care: to join them as paths was a tenth of what its batch left to the garbage collector.
 */
export function spoolPaths(root: string) {
  return {
    root,
    queue: (queue: QueueName) => `${root}/${queue}`,
    tmp: (queue: QueueName) => `${root}/${queue}/tmp`,
    new: (queue: QueueName, priority: Priority) => `${root}/${queue}/new/${priority}`,
    claimedRoot: (queue: QueueName) => `${root}/${queue}/claimed`,
    claimed: (queue: QueueName, worker: string) => `${root}/${queue}/claimed/${worker}`,
    parking: (where: ParkingName, queue: QueueName) => `${root}/${where}/${queue}`,
  };
}
export type SpoolPaths = ReturnType<typeof spoolPaths>;

/** Every folder that a spool has from the start. */
export function spoolFolders(root: string): string[] {
  const paths = spoolPaths(root);
  return [
    ...queueNames.flatMap((queue) => [
      paths.tmp(queue),
      ...priorities.map((priority) => paths.new(queue, priority)),
      paths.claimedRoot(queue),
    ]),
    ...parkingNames.flatMap((where) => queueNames.map((queue) => paths.parking(where, queue))),
  ];
}
