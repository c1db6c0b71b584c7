/** Who gets a posting: the members of its list, and of those that it includes, slice by slice. */
import type { AddressKey } from '../mail/address.ts';
import type { Message } from '../mail/message.ts';
import type { Audience } from '../model/audience.ts';
import type { EntryMeta } from '../model/entry.ts';
import type { ListId } from '../model/ids.ts';
import type { ListView } from '../model/list.ts';
import { withAuthors } from './author-alias.ts';
import { relativesOf } from './crossposts.ts';
import type { Books, Desk, Slice } from './desk.ts';
import type { Drafted } from './drafting.ts';
import { isUrgent } from './urgent.ts';

/** Members, and who of them goes without. */
export type MemberAudience = Extract<Audience, { kind: 'members' }>;

/** What the draft of a posting says of who gets it, and the tag of its thread. */
type Told = Pick<Drafted, 'draft' | 'topics'> & { readonly thread: string | undefined };

/** The members of a list who get a posting of that number; 0: it has none yet. */
export async function audienceOf(
  desk: Pick<Desk, 'books' | 'config' | 'destination' | 'secret'>,
  meta: Pick<EntryMeta, 'id' | 'received'>,
  list: ListView,
  message: Message,
  { draft, topics, thread }: Told,
  number: number,
): Promise<MemberAudience> {
  const { crossings, include } = await relativesOf(desk, meta, list, message);
  return {
    kind: 'members',
    upTo: await desk.books.lastMember(list.id),
    ...(draft.author === undefined ? {} : { author: draft.author }),
    addressed: await withAuthors(desk, list, draft.addressed),
    ...(thread === undefined ? {} : { thread }),
    ...(crossings.length === 0 ? {} : { crossings: [...crossings] }),
    ...(include.length === 0 ? {} : { include: [...include] }),
    ...(number === 0 ? {} : { number }),
    ...(topics === undefined ? {} : { topics }),
    ...(isUrgent(list, message.headers) ? { urgent: true } : {}),
  };
}

/** The next of them, all of one list; `rest` is who is left when they are through. */
export async function nextMembers(
  books: Pick<Books, 'roster'>,
  list: ListId,
  audience: MemberAudience,
  after: number,
  limit: number,
): Promise<Slice & { readonly of: ListId; readonly rest: MemberAudience }> {
  const { include = [], walked = 0 } = audience;
  const isOwn = walked === 0;
  const of = isOwn ? list : (include[walked - 1] ?? list);
  const slice = await books.roster(of, {
    after,
    upTo: audience.upTo,
    limit,
    // They were written as keys by the pipeline.
    author: audience.author as AddressKey | undefined,
    addressed: audience.addressed as AddressKey[],
    thread: audience.thread,
    // Another list has numbers of its own.
    number: isOwn ? audience.number : undefined,
    notice: audience.notice,
    crossings: audience.crossings,
    topics: audience.topics,
    // The digests of a list that is included are of its own postings: its readers get this by itself.
    urgent: audience.urgent || !isOwn,
    // Whoever is on a list that was cut before has been asked there.
    notOf: isOwn ? [] : [list, ...include.slice(0, walked - 1)],
  });
  if (!slice.done || walked >= include.length) return { ...slice, of, rest: audience };
  return { ...slice, cursor: 0, done: false, of, rest: { ...audience, walked: walked + 1 } };
}
