/**
 * What is taken out of the archive goes out of digests to come as well. What was sent, or is on its
 * way as a message of its own, is out of reach.
 */
import { existsSync } from 'node:fs';
import type { PostingRow } from '../archive/index-look.ts';
import { type Redaction, redacted } from '../archive/redaction.ts';
import { contentsOf } from '../mail/contents.ts';
import { readItem } from '../mail/digest-mime.ts';
import { parseHeaders } from '../mail/headers.ts';
import { bodyStream, headerEnd } from '../mail/message.ts';
import { type EntryId, listId } from '../model/ids.ts';
import type { Store } from '../store/store.ts';
import { listOfArchive } from './archive-names.ts';
import { collectedFile, saidOf } from './digest-collect.ts';
import type { Site } from './site.ts';

type Named = Pick<PostingRow, 'list' | 'entry' | 'messageId'>;

const maxTextBytes = 4_194_304;

/** No digest that is written from now on has it. */
export async function dropFromDigests(site: Site, row: Named): Promise<void> {
  const store = await site.store();
  for (const file of await filesOf(store, row)) {
    store.digests.drop(file);
    const path = collectedFile(site.paths.digests, file);
    if (existsSync(path)) site.spool.disk.remove(path);
  }
}

/** Digests that are written from now on have it without those words. */
export async function redactInDigests(site: Site, row: Named, redaction: Redaction): Promise<void> {
  const store = await site.store();
  for (const file of await filesOf(store, row)) {
    const message = await readItem(collectedFile(site.paths.digests, file));
    if (!message) {
      store.digests.drop(file);
      continue;
    }
    const { headers, body } = message;
    const contents = await contentsOf({ headers, body: bodyStream(body) }, maxTextBytes);
    const bytes = redacted(headers, contents, redaction);
    await replace(site, file, bytes);
    const said = saidOf(parseHeaders(headerEnd(bytes)?.header ?? bytes));
    const wide = bytes.some((byte) => byte > 127);
    store.digests.reword(file, { ...said, bytes: bytes.length, wide });
  }
}

async function filesOf(store: Store, row: Named): Promise<EntryId[]> {
  const list = await listOfArchive(store, listId(row.list));
  return list ? store.digests.collectedFiles(list.id, row) : [];
}

/** The old file may be linked to what is in a queue: that stays as it is. */
async function replace({ spool, paths }: Site, file: EntryId, bytes: Buffer): Promise<void> {
  const { disk } = spool;
  // Belongs to no posting: what a crash leaves of it is removed by maintenance.
  const fresh = collectedFile(paths.digests, `${file}.new`);
  if (existsSync(fresh)) disk.remove(fresh);
  await disk.write(fresh, bytes);
  disk.rename(fresh, collectedFile(paths.digests, file));
  await disk.syncDir(paths.digests);
}
