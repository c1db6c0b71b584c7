/**
 * Taking a posting out of the archive, or parts of it: written down first (`removed.jsonl`), then
 * taken out of digests to come, blanked out in its volume, then taken out of the index. What was
 * cut off is done when it is asked for again, and before any other removal of the list.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { blankOut, isBlank } from '../archive/blank.ts';
import { messageIn, referencesOf } from '../archive/facts.ts';
import { type PostingRow, postingsByHash, timeOfNumber } from '../archive/index-look.ts';
import { buryPosting, dropReplaced, scrubbing } from '../archive/index-remove.ts';
import { removalsFile } from '../archive/places.ts';
import { type Redaction, redacted } from '../archive/redaction.ts';
import { type Removal, readRemovals } from '../archive/removed.ts';
import { contentsOf } from '../mail/contents.ts';
import type { HeaderBlock } from '../mail/types.ts';
import { listId } from '../model/ids.ts';
import { type FullArchive, openFullArchive } from './archive.ts';
import { rangeOf } from './archive-look.ts';
import { listOfArchive } from './archive-names.ts';
import { dropFromDigests, redactInDigests } from './digest-withdrawal.ts';
import type { Site } from './site.ts';

/** Who takes it out, why and when. */
export type RemovalBy = { readonly who: string; readonly why: string; readonly now: number };

const maxTextBytes = 4_194_304;

/** Removes a posting; a tombstone stays. */
export async function removePosting(site: Site, row: PostingRow, by: RemovalBy): Promise<void> {
  const archive = await openFullArchive(site, 'person');
  try {
    await finishRemovals(site, archive, row);
    const { headers } = await messageIn(archive.folder, rangeOf(row));
    await writeDown(site, archive, row.list, removalOf(row, headers, by));
    await dropFromDigests(site, row);
    await blankOut(archive.folder, site.spool.disk, rangeOf(row));
    scrubbing(archive.db, () => buryPosting(archive.db, row));
  } finally {
    await archive.close();
  }
  await audit(site, row, 'archive-removed', by, {});
}

/** Puts a posting without some of its words in the place of a posting. */
export async function redactPosting(
  site: Site,
  row: PostingRow,
  redaction: Redaction,
  by: RemovalBy,
): Promise<void> {
  const archive = await openFullArchive(site, 'person');
  try {
    await finishRemovals(site, archive, row);
    const message = await messageIn(archive.folder, rangeOf(row));
    const contents = await contentsOf(message, maxTextBytes);
    const entry = `${row.entry}-r`;
    // The words are written down nowhere, so this comes before what says that it was done.
    await redactInDigests(site, row, redaction);
    await archive.keepAll([
      {
        list: listId(row.list),
        entry,
        received: row.received,
        sender: null,
        messageId: row.messageId,
        ...(row.called !== null && { called: row.called }),
        insteadOf: row.entry,
        message: redacted(message.headers, contents, redaction),
      },
    ]);
    const removal = removalOf(row, message.headers, by);
    await writeDown(site, archive, row.list, { ...removal, instead: entry });
    await blankOut(archive.folder, site.spool.disk, rangeOf(row));
    scrubbing(archive.db, () => dropReplaced(archive.db, row));
  } finally {
    await archive.close();
  }
  // The words themselves are what nobody should read.
  const { words, hidesAuthor } = redaction;
  await audit(site, row, 'archive-redacted', by, { words: words.length, hidesAuthor });
}

function removalOf(
  row: PostingRow,
  headers: Pick<HeaderBlock, 'raw'>,
  { who, why, now }: RemovalBy,
): Removal {
  const { entry, hash, messageId, received, id } = row;
  return {
    entry,
    hash,
    messageId,
    at: timeOfNumber(id),
    received,
    references: referencesOf(headers, messageId),
    who,
    why,
    when: now,
  };
}

/** Durable before anything is taken out; half a line of an earlier try is cut away. */
async function writeDown(
  site: Site,
  { folder }: FullArchive,
  list: string,
  removal: Removal,
): Promise<void> {
  const file = removalsFile(folder, listId(list));
  const text = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  const end = text.lastIndexOf(0x0a) + 1;
  const line = Buffer.from(`${JSON.stringify(removal)}\n`);
  await site.spool.disk.append(file, end, (write) => write(line));
  if (end === 0) await site.spool.disk.syncDir(dirname(file));
}

/** What an earlier removal in this list left undone. */
async function finishRemovals(
  site: Site,
  { folder, db }: FullArchive,
  { list }: PostingRow,
): Promise<void> {
  for (const removal of readRemovals(folder, listId(list)).values()) {
    for (const row of postingsByHash(db, removal.hash)) {
      if (row.list !== list || row.entry !== removal.entry) continue;
      if (!isBlank(folder, rangeOf(row))) {
        if (removal.instead === undefined) await dropFromDigests(site, row);
        await blankOut(folder, site.spool.disk, rangeOf(row));
      }
      if (removal.instead === undefined) buryPosting(db, row);
      else dropReplaced(db, row);
    }
  }
}

async function audit(
  site: Site,
  row: PostingRow,
  kind: 'archive-removed' | 'archive-redacted',
  { who, why }: RemovalBy,
  more: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { hash } = row;
  const store = await site.store();
  const { id } = (await listOfArchive(store, listId(row.list))) ?? { id: listId(row.list) };
  await store.as(who).note(id, kind, hash, { why, ...more });
  site.log.info({ event: kind, list: id, hash, who });
}
