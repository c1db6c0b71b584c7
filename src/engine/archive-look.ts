/** The archive, opened to be looked at. */
import { existsSync } from 'node:fs';
import { openIndex } from '../archive/index-file.ts';
import { type PostingRow, postingsByHash, postingsById } from '../archive/index-look.ts';
import { knownList } from '../archive/index-write.ts';
import { catchUp } from '../archive/indexer.ts';
import { archivedLists, indexFile } from '../archive/places.ts';
import type { Database } from '../archive/statement.ts';
import type { VolumeRange } from '../archive/volume.ts';
import { TransientError } from '../ground/errors.ts';
import { messageIdHash } from '../mail/message-id.ts';
import type { ListId } from '../model/ids.ts';
import { listId } from '../model/ids.ts';
import type { Site } from './site.ts';

export type ArchiveLook = Disposable & {
  readonly folder: string;
  readonly db: Database;
  /** The number of a list in the index, where it has an archive. */
  listNumber(list: ListId): number | undefined;
};

/**
 * Opens the index, and reads what was kept since it was written last. Who may not write it sees
 * what there is.
 */
export async function lookIntoArchive(
  { paths: { archive: folder } }: Pick<Site, 'paths'>,
  progress?: (bytes: number, postings: number) => void,
  how: 'up to date' | 'as it is' = 'up to date',
): Promise<ArchiveLook | undefined> {
  if (!existsSync(folder)) return undefined;
  const db =
    how === 'as it is'
      ? openIndex(indexFile(folder), { readonly: true })
      : await openAndCatchUp(folder, progress);
  if (!db) return undefined;
  return {
    folder,
    db,
    listNumber: (list) => knownList(db, list),
    [Symbol.dispose]: () => db.close(),
  };
}

async function openAndCatchUp(
  folder: string,
  progress: ((bytes: number, postings: number) => void) | undefined,
): Promise<Database | undefined> {
  const path = indexFile(folder);
  try {
    const db = openIndex(path);
    if (db) await catchUp({ folder, db, ...(progress && { progress }) });
    return db;
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
    return openIndex(path, { readonly: true });
  }
}

/** The lists that have an archive, whether or not they are still there. */
export function listsInArchive(site: Pick<Site, 'paths'>): readonly ListId[] {
  return archivedLists(site.paths.archive);
}

/** What a person calls a posting: its Message-ID, with or without <>, or its hash. */
export function findPostings(db: Database, text: string): readonly PostingRow[] {
  const plain = text.trim();
  if (/^[A-Z2-7]{32}$/i.test(plain)) {
    const found = postingsByHash(db, plain.toUpperCase());
    if (found.length > 0) return found;
  }
  const id = plain.startsWith('<') ? plain : `<${plain}>`;
  return postingsById(db, id, messageIdHash(id));
}

/** Where the bytes of a posting lie. */
export function rangeOf({ list, volume: name, start, size }: PostingRow): VolumeRange {
  return { volume: { list: listId(list), name }, start, end: start + size };
}
