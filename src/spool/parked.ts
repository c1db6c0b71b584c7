/** Taking entries back from where they are parked, and reading why they are there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { removeTree } from '../ground/disk.ts';
import { errorCode } from '../ground/errors.ts';
import type { EntryMeta } from '../model/entry.ts';
import { parseMeta } from '../model/entry-text.ts';
import { type EntryId, entryId, letterIds } from '../model/ids.ts';
import { queueNames } from '../model/queues.ts';
import { claimedName, type EntryName, messageFile, metaFile, whyFile } from './layout.ts';
import type { Place } from './places.ts';
import type { Claim, OpenClaim, Spool, Why } from './spool.ts';

const whySchema = z.object({
  at: z.number(),
  queue: z.enum(queueNames),
  reasons: z.array(z.string()),
});

/** Why an entry is parked; undefined where nothing that can be read says so. */
export function readWhy(folder: string): Why | undefined {
  const path = join(folder, whyFile);
  // Most have none, and a listing looks at many.
  if (!existsSync(path)) return undefined;
  try {
    const parsed = whySchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What a folder holds: an entry, or why it is none; `gone` when it is no longer there. */
export type Read =
  | {
      readonly kind: 'entry';
      readonly meta: EntryMeta;
      readonly message: string;
      /** Where the message of a letter in a bundle begins: it is a part of that file. */
      readonly from?: number;
    }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'gone' };

type PlaceToRead = Pick<Place, 'folder' | 'id'> & { readonly bundle?: EntryId };

/** Reads the entry at a place; its message is not looked at. */
export function readPlace(place: PlaceToRead): Read {
  const file = join(place.folder, metaFile);
  try {
    const id = place.bundle ?? place.id.replace(/-again\d+$/, '');
    const parsed = parseMeta(readFileSync(file), id);
    if (parsed.kind === 'broken') return parsed;
    const message = join(place.folder, messageFile);
    if (place.bundle !== undefined) return letterOf(parsed.meta, place.id, message);
    return { kind: 'entry', meta: parsed.meta, message };
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    // Moved between the look at its folder and this one: no fault of the entry's.
    if (code === 'ENOENT' && !existsSync(place.folder)) return { kind: 'gone' };
    const what = code === 'ENOENT' ? 'is missing' : `cannot be read: ${code}`;
    return { kind: 'broken', reason: `${metaFile} ${what}` };
  }
}

/** What a letter in a bundle will be by itself. */
function letterOf(bundle: EntryMeta, id: string, message: string): Read {
  const { work } = bundle;
  const letters = work.kind === 'bundle' ? work.letters : [];
  const n = letterIds(bundle.id).map(String).indexOf(id);
  const letter = letters[n];
  if (!letter) return { kind: 'broken', reason: `no letter ${id} in ${bundle.id}` };
  const { size, ...rest } = letter;
  const from = letters.slice(0, n).reduce((sum, one) => sum + one.size, 0);
  const meta = { ...bundle, id: entryId(id), message: { size, digest: null }, ...rest };
  return { kind: 'entry', meta, message, from };
}

/** Takes a parked entry into a worker's folder; undefined when another was faster. */
export function claimParked(
  spool: Spool,
  worker: string,
  place: Place & { readonly kind: 'parked' },
  meta: EntryMeta,
): OpenClaim | undefined {
  const name: EntryName = { priority: meta.priority, due: meta.due, id: meta.id, tries: 1 };
  const claim = claimAs(spool, worker, place, name);
  return claim && { ...claim, meta, message: join(claim.folder, messageFile) };
}

/** The same for what has no metadata to go by: the name is given. */
export function claimAs(
  spool: Spool,
  worker: string,
  place: Place & { readonly kind: 'parked' },
  name: EntryName,
): Claim | undefined {
  const { queue } = place;
  const folder = join(spool.paths.claimed(queue, worker), claimedName(name));
  return renamed(spool, place.folder, folder) ? { queue, worker, name, folder } : undefined;
}

/** Removes a parked entry for good: out of sight by one rename. False: another was faster. */
export function removeParked(spool: Spool, place: Place & { readonly kind: 'parked' }): boolean {
  const gone = join(spool.paths.tmp(place.queue), `${place.where}-${place.id}.gone`);
  if (existsSync(gone)) removeTree(spool.disk, gone);
  if (!renamed(spool, place.folder, gone)) return false;
  removeTree(spool.disk, gone);
  return true;
}

function renamed(spool: Spool, from: string, to: string): boolean {
  try {
    spool.disk.rename(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' && existsSync(join(to, '..'))) return false;
    throw error;
  }
}
