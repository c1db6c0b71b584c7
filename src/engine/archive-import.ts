/**
 * Brings messages of other archives in. It may be stopped and begun again at any time: a message is
 * known by its bytes, and by its Message-ID, so what is there already is passed over.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Boxed, readBox, receivedOf } from '../archive/boxes.ts';
import { splitMessage } from '../archive/facts.ts';
import { postingsByHash } from '../archive/index-look.ts';
import type { Keepable } from '../archive/keeper.ts';
import { listFolder } from '../archive/places.ts';
import { messageIdHash, messageIdOf } from '../mail/message-id.ts';
import { isArchived } from '../model/archived.ts';
import type { ListView } from '../model/list.ts';
import { type FullArchive, openFullArchive } from './archive.ts';
import type { Site } from './site.ts';

export type ImportReport = {
  readonly taken: number;
  /** Were there already. */
  readonly known: number;
  /** Say that they want no archive. */
  readonly declined: number;
  /** Are no messages; they were put aside. */
  readonly broken: number;
};

export type ImportOrder = {
  readonly list: ListView;
  readonly path: string;
  readonly now: number;
  /** Told of each that was put aside: where it stood, why, and the file. */
  readonly broken: (where: string, why: string, file: string) => Promise<void>;
  readonly progress: (read: number, messages: number) => void;
};

/** Messages that are written, synced and indexed together. */
const batchMessages = 2000;
const batchBytes = 16_777_216;

/** Reads a box into the archive of a list. */
export async function importBox(site: Site, order: ImportOrder): Promise<ImportReport> {
  const archive = await openFullArchive(site, 'person');
  try {
    return await takeAll(site, archive, order);
  } finally {
    await archive.close();
  }
}

async function takeAll(
  site: Site,
  archive: FullArchive,
  order: ImportOrder,
): Promise<ImportReport> {
  const { list, path, now, progress } = order;
  const counts = { taken: 0, known: 0, declined: 0, broken: 0 };
  let batch: Keepable[] = [];
  let hashes = new Set<string>();
  let bytes = 0;
  let seen = 0;
  const flush = async (): Promise<void> => {
    for (const how of await archive.keepAll(batch)) counts[how === 'kept' ? 'taken' : 'known'] += 1;
    batch = [];
    hashes = new Set();
    bytes = 0;
  };
  for await (const boxed of readBox(path, site.config.limits.messageBytes)) {
    seen += 1;
    progress(boxed.read, seen);
    const { headers } = splitMessage(boxed.bytes);
    const why = faultOf(boxed, headers.names().length, site.config.limits.headerBytes);
    if (why !== undefined) {
      counts.broken += 1;
      await order.broken(boxed.where, why, await putAside(site, list, boxed));
      continue;
    }
    if (
      !isArchived({ ...list, settings: { ...list.settings, archivePolicy: 'private' } }, headers)
    ) {
      counts.declined += 1;
      continue;
    }
    const id = messageIdOf(headers);
    const hash = id === undefined ? undefined : messageIdHash(id);
    if (hash !== undefined && (hashes.has(hash) || isThere(archive, list, hash))) {
      counts.known += 1;
      continue;
    }
    if (hash !== undefined) hashes.add(hash);
    batch.push(keepable(list, boxed, boxed.received ?? receivedOf(headers) ?? now));
    bytes += boxed.bytes.length;
    if (batch.length >= batchMessages || bytes >= batchBytes) await flush();
  }
  await flush();
  return counts;
}

function isThere({ db }: FullArchive, { archive }: ListView, hash: string): boolean {
  return postingsByHash(db, hash).some(({ list }) => list === archive);
}

function keepable(list: ListView, { bytes, sender }: Boxed, received: number): Keepable {
  const entry = `import-${createHash('sha256').update(bytes).digest('hex').slice(0, 40)}`;
  // A clock that was never set says 1970, or what comes before it.
  return { list: list.archive, entry, received: Math.max(0, received), sender, message: bytes };
}

function faultOf({ bytes, isCut }: Boxed, fields: number, maxHeader: number): string | undefined {
  if (isCut) return 'it is larger than messages may be here (limits.messageBytes)';
  if (bytes.length === 0) return 'it is empty';
  if (fields === 0) return 'it has no header field';
  const end = bytes.indexOf('\n\n');
  return end > maxHeader ? 'its header is longer than headers may be here' : undefined;
}

/** Keeps what is no message, for a person to look at. */
async function putAside(site: Site, { archive }: ListView, { bytes }: Boxed): Promise<string> {
  const { disk } = site.spool;
  const home = listFolder(site.paths.archive, archive);
  const folder = join(home, 'broken');
  for (const one of [home, folder]) if (!existsSync(one)) disk.makeDir(one);
  const name = createHash('sha256').update(bytes).digest('hex').slice(0, 20);
  const file = join(folder, `${name}.eml`);
  if (!existsSync(file)) await disk.write(file, bytes);
  return file;
}
