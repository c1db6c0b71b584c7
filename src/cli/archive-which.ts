/** Which archive, list and posting a person means. */
import type { PostingRow } from '../archive/index-look.ts';
import {
  type ArchiveLook,
  findPostings,
  listsInArchive,
  lookIntoArchive,
} from '../engine/archive-look.ts';
import { exit, UsageError } from '../ground/errors.ts';
import type { ListId } from '../model/ids.ts';
import { findList } from './arguments.ts';
import type { Io } from './command.ts';
import { progress } from './output.ts';

export const messageHelp = 'its Message-ID, or its hash (Message-ID-Hash)';

/** The archive, its index up to date. */
export async function archiveOf(io: Io): Promise<ArchiveLook> {
  const bar = progress(io, 'reading what is new');
  let postings = 0;
  const look = await lookIntoArchive(await io.site(), (_, more) => {
    postings += more;
    bar.at(postings);
  });
  bar.end();
  if (!look) throw new UsageError('there is no archive: nothing was posted yet', exit.noInput);
  return look;
}

/** A list that has an archive, also when the list itself is gone. */
export async function whichList(io: Io, text: string): Promise<ListId> {
  const site = await io.site();
  const lower = text.toLowerCase();
  const kept = listsInArchive(site);
  const byId = kept.find((id) => id === lower || id === lower.replace('@', '.'));
  return byId ?? (await findList(await site.store(), text)).id;
}

/** The one posting that is meant. */
export async function wantPosting(
  io: Io,
  look: ArchiveLook,
  text: string,
  list: string | undefined,
): Promise<PostingRow> {
  const wanted = list === undefined ? undefined : await whichList(io, list);
  const found = findPostings(look.db, text).filter((row) => !wanted || row.list === wanted);
  const [only, ...others] = found;
  if (!only) {
    const text = 'no such posting; "listmill archive search" finds them';
    throw new UsageError(text, exit.noInput);
  }
  if (others.some((row) => row.list !== only.list)) {
    const lists = [...new Set(found.map((row) => row.list))].join(', ');
    throw new UsageError(`it went to ${lists}; which? Say --list`);
  }
  return only;
}
