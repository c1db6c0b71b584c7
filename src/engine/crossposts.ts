/** Finds the other lists that a posting goes to, and those that read along. */
import {
  type Address,
  addressKey,
  mailboxesIn,
  parseAddress,
  wireAddress,
} from '../mail/address.ts';
import { authorOf } from '../mail/author.ts';
import type { Message } from '../mail/message.ts';
import { messageIdOf } from '../mail/message-id.ts';
import { type Crossing, maxCrossings } from '../model/crossing.ts';
import type { EntryMeta } from '../model/entry.ts';
import { type ListId, rootId } from '../model/ids.ts';
import type { ListView } from '../model/list.ts';
import type { Desk } from './desk.ts';
import { threadTagOf } from './threads.ts';
import { topicsOf } from './topics.ts';
import { isUrgent } from './urgent.ts';

/** Addresses of To and Cc that are looked up. */
const maxLooked = 100;

export type Relatives = {
  /** Members who get it there get nothing here. */
  readonly crossings: readonly Crossing[];
  /** Lists whose members get it as well. */
  readonly include: readonly ListId[];
};

type OwnDesk = Pick<Desk, 'books' | 'destination' | 'secret'>;

/** What a list's relatives mean for one posting. */
export async function relativesOf(
  desk: OwnDesk,
  meta: Pick<EntryMeta, 'id' | 'received'>,
  list: ListView,
  message: Message,
): Promise<Relatives> {
  const { headers } = message;
  const { crossPosts, includeLists, excludeLists } = list.settings;
  if (!crossPosts && includeLists.length === 0 && excludeLists.length === 0) {
    return { crossings: [], include: [] };
  }
  const addressed = await addressedLists(desk, list, headers);
  const messageId = messageIdOf(headers);
  const earlier =
    crossPosts && messageId !== undefined && addressed.length > 0
      ? await desk.books.acceptedBefore(list.id, {
          root: rootId(meta.id),
          messageId,
          others: addressed.map(({ id }) => id),
        })
      : [];
  const named = (await listsAt(desk, list, excludeLists)).filter(
    ({ id }) => addressed.some((one) => one.id === id) && !earlier.some((one) => one.list === id),
  );
  const excluded = await whereMember(desk, named, authorOf(headers));
  const found = [...earlier, ...excluded.map(({ id }) => ({ list: id, at: meta.received }))];
  const crossings: Crossing[] = [];
  for (const one of found.slice(0, maxCrossings)) {
    const view = [...addressed, ...excluded].find(({ id }) => id === one.list);
    crossings.push(view ? { ...one, ...(await seenBy(desk, view, message)) } : one);
  }
  const include = (await listsAt(desk, list, includeLists))
    .filter(({ id }) => !addressed.some((one) => one.id === id))
    .map(({ id }) => id);
  return { crossings, include };
}

/** Lists that the author is on: those of strangers may hold the posting, and nobody would get it. */
async function whereMember(
  { books }: OwnDesk,
  lists: readonly ListView[],
  author: Address | undefined,
): Promise<readonly ListView[]> {
  const found: ListView[] = [];
  for (const list of lists) {
    const views = author ? await books.memberships(list.id, addressKey(author)) : [];
    if (views.some(({ role }) => role === 'member')) found.push(list);
  }
  return found;
}

/** What decides on another list who gets the posting there. */
async function seenBy(
  desk: OwnDesk,
  list: ListView,
  message: Message,
): Promise<Omit<Crossing, 'list' | 'at'>> {
  const thread = threadTagOf(desk.secret, list, message.headers);
  const topics = await topicsOf(list, message);
  return {
    ...(thread === undefined ? {} : { thread }),
    ...(topics === undefined ? {} : { topics }),
    ...(isUrgent(list, message.headers) ? { urgent: true } : {}),
  };
}

/** The other lists that To and Cc name. */
async function addressedLists(
  desk: OwnDesk,
  list: ListView,
  headers: Message['headers'],
): Promise<readonly ListView[]> {
  const boxes = [...mailboxesIn(headers, 'to'), ...mailboxesIn(headers, 'cc')];
  const texts = boxes.slice(0, maxLooked).flatMap(({ address }) => address ?? []);
  return await listsAt(desk, list, texts);
}

/** The lists at posting addresses; the list itself is none of its relatives. */
async function listsAt(
  desk: OwnDesk,
  list: ListView,
  texts: readonly string[],
): Promise<readonly ListView[]> {
  const own = addressKey(list.address);
  const found = new Map<ListId, ListView>();
  for (const text of texts) {
    const address = parseAddress(text);
    if (!address || addressKey(address) === own || found.size >= maxCrossings) continue;
    const there = await desk.destination(wireAddress(address));
    if (there && there.to === undefined && there.list.id !== list.id) {
      found.set(there.list.id, there.list);
    }
  }
  return [...found.values()];
}
