/** Taking entries back from where they are parked, and reading why they are there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { removeTree } from '../ground/disk.ts';
import { errorCode } from '../ground/errors.ts';
import type { EntryMeta } from '../model/entry.ts';
import { parseMeta } from '../model/entry-text.ts';
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
  | { readonly kind: 'entry'; readonly meta: EntryMeta; readonly message: string }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'gone' };

/** Reads the entry at a place; its message is not looked at. */
export function readPlace(place: Pick<Place, 'folder' | 'id'>): Read {
  const file = join(place.folder, metaFile);
  try {
    const parsed = parseMeta(readFileSync(file), place.id.replace(/-again\d+$/, ''));
    if (parsed.kind === 'broken') return parsed;
    return { kind: 'entry', meta: parsed.meta, message: join(place.folder, messageFile) };
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    // Moved between the look at its folder and this one: no fault of the entry's.
    if (code === 'ENOENT' && !existsSync(place.folder)) return { kind: 'gone' };
    const what = code === 'ENOENT' ? 'is missing' : `cannot be read: ${code}`;
    return { kind: 'broken', reason: `${metaFile} ${what}` };
  }
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
