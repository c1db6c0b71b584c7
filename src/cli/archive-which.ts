/** Which archive, list and posting a person means. */
import type { PostingRow } from '../archive/index-look.ts';
import {
  type ArchiveLook,
  findPostings,
  listsInArchive,
  lookIntoArchive,
} from '../engine/archive-look.ts';
import { listOfArchive } from '../engine/archive-names.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { type ListId, listId } from '../model/ids.ts';
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

/** The archive of a list that a person names, also when the list itself is gone. */
export async function whichArchive(io: Io, text: string): Promise<ListId> {
  const site = await io.site();
  try {
    return (await findList(await site.store(), text)).archive;
  } catch (error) {
    const id = text.toLowerCase().replace('@', '.');
    const left = listsInArchive(site).find((one) => one === id);
    if (left !== undefined && error instanceof UsageError) return left;
    throw error;
  }
}

/** What lists are called whose archives have these names; those that are gone as they were. */
export function archiveNames(io: Io): (archive: string) => Promise<string> {
  const known = new Map<string, string>();
  return async (archive) => {
    const name = known.get(archive);
    if (name !== undefined) return name;
    const found = (await listOfArchive(await (await io.site()).store(), listId(archive)))?.id;
    known.set(archive, found ?? archive);
    return found ?? archive;
  };
}

/** The one posting that is meant. */
export async function wantPosting(
  io: Io,
  look: ArchiveLook,
  text: string,
  list: string | undefined,
): Promise<PostingRow> {
  const wanted = list === undefined ? undefined : await whichArchive(io, list);
  const found = findPostings(look.db, text).filter((row) => !wanted || row.list === wanted);
  const [only, ...others] = found;
  if (!only) {
    const text = 'no such posting; "listmill archive search" finds them';
    throw new UsageError(text, exit.noInput);
  }
  if (others.some((row) => row.list !== only.list)) {
    const nameOf = archiveNames(io);
    const lists = await Promise.all([...new Set(found.map((row) => row.list))].map(nameOf));
    throw new UsageError(`it went to ${lists.join(', ')}; which? Say --list`);
  }
  return only;
}
