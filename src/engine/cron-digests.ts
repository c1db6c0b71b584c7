/** Digests as maintenance sees them, and what it does about them. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { namesIn } from '../ground/disk.ts';
import { errorCode } from '../ground/errors.ts';
import type { Rhythm, StreamRecord, TurnReason } from '../model/digest.ts';
import type { ListId } from '../model/ids.ts';
import { accept, arrive } from '../spool/intake.ts';
import type { Site } from './site.ts';

const text = Buffer.from('Subject: a digest may be due\r\n\r\n');
/** A file that is younger may be of a posting that is just being collected. */
const freshMs = 3_600_000;
const suffix = '.eml';

/** Streams whose time has come. */
export async function* dueDigestsOf(site: Site, now: number): AsyncGenerator<StreamRecord> {
  yield* (await site.store()).digests.due(now);
}

/** How many postings and issues of digests, and files of theirs, nobody needs any more. */
export async function idleDigestsOf(site: Site, before: number, now: number): Promise<number> {
  let count = (await site.store()).digests.idle(before);
  for await (const _ of strayFiles(site, now)) count += 1;
  return count;
}

/** The runner finds out what there is to be made; so nothing is made twice. */
export async function turnDigest(
  site: Site,
  { list, rhythm }: { readonly list: ListId; readonly rhythm: Rhythm },
  why: TurnReason,
  now: number,
): Promise<number> {
  const { spool } = site;
  const view = await (await site.store()).list(list);
  if (!view) return 0;
  const arrival = await arrive(spool, Readable.from([text]), text.length);
  const target = { queue: 'digest', recipient: view.address, list: view.id } as const;
  await accept(spool, arrival, null, [{ ...target, work: { kind: 'turn', rhythm, why } }], now);
  return 1;
}

/** Rows first: a file without a row is removed the next time, a row without a file is a gap. */
export async function forgetDigests(site: Site, before: number, now: number): Promise<number> {
  let forgotten = (await site.store()).digests.forget(before);
  for await (const path of strayFiles(site, now)) {
    try {
      site.spool.disk.remove(path);
      forgotten += 1;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }
  return forgotten;
}

/** Files of postings that wait for no digest. */
async function* strayFiles({ paths, store }: Site, now: number): AsyncGenerator<string> {
  const { digests } = await store();
  for (const name of namesIn(paths.digests)) {
    if (!name.endsWith(suffix) || digests.isCollected(name.slice(0, -suffix.length))) continue;
    const path = join(paths.digests, name);
    const made = statSync(path, { throwIfNoEntry: false })?.ctimeMs;
    if (made !== undefined && made < now - freshMs) yield path;
  }
}
