/** The roster as a mailing reads it: slice after slice, never whole. */
import type { AddressKey } from '../mail/address.ts';
import {
  filtered,
  noRecipients,
  type Recipient,
  type Recipients,
  readRecipients,
} from '../model/recipients.ts';
import type { TopicHits } from '../model/topics.ts';
import { type CrossingOf, crossed, shared } from './crossings.ts';
import type { Known } from './lists.ts';
import { findPlace, preferencesAt } from './preferences.ts';
import { q, query, sql } from './sql.ts';
import type { Database } from './sqlite.ts';
import { offTopic } from './topics.ts';
import { type OldWay, oldWays } from './ways.ts';

/** Which members a slice takes, and who of them goes without. */
export type SliceOf = {
  /** Members with higher numbers than this ... */
  readonly after: number;
  /** ... up to and with this one. */
  readonly upTo: number;
  readonly limit: number;
  /** Gets no copy if he wants none of his own postings. */
  readonly author?: AddressKey | undefined;
  /** Get no copy if they want what To or Cc gave them only once. */
  readonly addressed: readonly AddressKey[];
  /** Not to those who have muted it; its tag. */
  readonly thread?: string | undefined;
  /** Not to those who get it there. */
  readonly crossings?: readonly CrossingOf[] | undefined;
  /** The number of the posting: how members got postings by then counts, not how they do now. */
  readonly number?: number | undefined;
  /** To those who are told of postings, and not to those who get them. */
  readonly notice?: boolean | undefined;
  /** Not to members of these lists, by their numbers. */
  readonly notOf?: readonly number[] | undefined;
  /** Not to those who chose other topics. */
  readonly topics?: TopicHits | undefined;
  /** To those as well who get digests, or hear of postings only. */
  readonly urgent?: boolean | undefined;
};

export type Slice = {
  readonly recipients: Recipients;
  /** All up to this number are done; the next slice begins after it. */
  readonly cursor: number;
  /** Nobody is left. */
  readonly done: boolean;
};

type Range = { list: number; after: number; upTo: number };
/** Modes in which each posting has a message of its own. */
type Single = 'regular' | 'notice';

function slices(p: Range & { limit: number }) {
  return q
    .selectFrom('member')
    .innerJoin('address', 'address.seq', 'member.address')
    .select(['address.address', 'member.number'])
    .where('member.list', '=', p.list)
    .where('member.role', '=', 'member')
    .where('member.status', '=', 'enabled')
    .where('member.number', '>', p.after)
    .where('member.number', '<=', p.upTo)
    .orderBy('member.number')
    .limit(p.limit);
}

/** Of a sub-query `cut`: all of them as the bytes that a batch has them in (`recipients.ts`). */
export const asLines = sql<Buffer | null>`cast(group_concat(json_array(cut.address, cut.number)
  || char(10), '') as blob)`;
/** How many there are in it. */
export const howMany = sql<number>`count(*)`;

type Lines = { readonly recipients: Buffer | null; readonly count: number };

/** The lines that SQLite wrote a moment ago, from columns that it keeps to their types. */
export function linesOf(cut: Lines | undefined): Recipients {
  if (!cut?.recipients) return noRecipients;
  const recipients = readRecipients(cut.recipients, cut.count);
  if (recipients === undefined) throw new Error('the store gave what are no recipients');
  return recipients;
}

/**
 * Members by number, straight from the index; the address is one look further. One answer for all
 * of them: a row at a time would cost as much again as finding it.
 */
function asOne(cut: ReturnType<typeof slices>) {
  return q
    .selectFrom(cut.as('cut'))
    .select((e) => [e.fn.max('cut.number').as('last'), howMany.as('count')])
    .select(asLines.as('recipients'));
}

const inMode = query((p: Range & { mode: Single; limit: number }) =>
  asOne(slices(p).where('member.mode', '=', p.mode)),
);
/** However they get the list's mail. */
const everybody = query((p: Range & { limit: number }) => asOne(slices(p)));

/**
 * Those who get nothing for the time being. Of any list: to ask for the list here would begin with
 * its whole roster, for a handful that rest.
 */
export const resting = query((p: { now: number; after: number; upTo: number }) =>
  q
    .selectFrom('pause')
    .select('member')
    .where('member', '>', p.after)
    .where('member', '<=', p.upTo)
    .where('starts', '<=', p.now)
    .where('ends', '>', p.now),
);
const mutedBy = query((p: { thread: string; after: number; upTo: number }) =>
  q
    .selectFrom('mute')
    .select('member')
    .where('thread', '=', p.thread)
    .where('member', '>', p.after)
    .where('member', '<=', p.upTo),
);

/** The next of those who get single copies. */
export function slice(db: Database, list: Known, of: SliceOf, now: number): Slice {
  // What is urgent reaches them in full.
  if (of.urgent && of.notice) return { recipients: noRecipients, cursor: of.after, done: true };
  const { after, limit } = of;
  const mode = of.notice ? 'notice' : 'regular';
  const order = { list: list.seq, after, upTo: of.upTo, limit };
  const cut = of.urgent ? db.get(everybody, order) : db.get(inMode, { ...order, mode });
  const all = linesOf(cut);
  const cursor = cut?.last ?? after;
  const done = all.length < limit;
  const range = { list: list.seq, after, upTo: done ? of.upTo : cursor };
  const former =
    of.number === undefined || of.urgent ? noWays : oldWays(db, { ...range, number: of.number });
  const upTo = former.size === 0 ? cursor : range.upTo;
  const without = excluded(db, list, { ...of, upTo }, now);
  if (former.size === 0 && without.size === 0) return { recipients: all, cursor, done };
  const more = [...former.values()]
    .filter((old) => old.mode === mode && old.enabled && !without.has(old.member))
    .map((old): Recipient => [old.address, old.member]);
  const wants = (number = 0) => !without.has(number) && !former.has(number);
  return { recipients: filtered(all, wants, more), cursor, done };
}

const noWays: ReadonlyMap<number, OldWay> = new Map();

function excluded(db: Database, list: Known, of: SliceOf, now: number): ReadonlySet<number> {
  const { after, upTo, thread, topics } = of;
  const range = { list: list.seq, after, upTo };
  const found = new Set<number>();
  for (const { member } of db.all(resting, { now, after, upTo })) found.add(member);
  const muted = thread === undefined ? [] : db.all(mutedBy, { thread, after, upTo });
  for (const { member } of muted) found.add(member);
  if (topics !== undefined) {
    const { untagged } = list.view.settings;
    for (const number of offTopic(db, range, topics, untagged)) found.add(number);
  }
  const author = of.author === undefined ? undefined : wishOf(db, list, of.author);
  for (const crossing of of.crossings ?? []) {
    for (const number of crossed(db, range, crossing, now)) {
      // Whoever wants no copy of his own posting there gets none there: here he may.
      const isAuthor = of.author !== undefined && number === author?.member;
      const isUnwanted = isAuthor && wishOf(db, crossing.list, of.author)?.ownPosts === false;
      if (!isUnwanted) found.add(number);
    }
  }
  for (const number of shared(db, range, of.notOf ?? [])) found.add(number);
  if (author?.ownPosts === false) found.add(author.member);
  for (const key of of.addressed) {
    const wish = wishOf(db, list, key);
    if (wish?.duplicates === false) found.add(wish.member);
  }
  return found;
}

/** What a member wants of mail of one list. */
function wishOf(db: Database, list: Known, key: AddressKey | undefined) {
  const place = key === undefined ? undefined : findPlace(db, list, key);
  return place && { member: place.member, ...preferencesAt(db, place, list.view.settings) };
}

const newest = query(() => q.selectFrom('member').select((e) => e.fn.max('number').as('number')));

/**
 * The boundary of a snapshot: who joins any list from now on has a higher number.
 *
 * One look at the end of the table. It is the highest number of the site and not of the list,
 * which bounds a mailing just as well.
 */
export function lastMember(db: Database): number {
  return db.get(newest, {})?.number ?? 0;
}

/** Owners and moderators of one list that get what is sent to its owners. */
const maxOwners = 1000;

const ownersOf = query((p: { list: number }) =>
  q
    .selectFrom('member')
    .innerJoin('address', 'address.seq', 'member.address')
    .select('address.address')
    .distinct()
    .where('member.list', '=', p.list)
    .where('member.role', 'in', ['owner', 'moderator'])
    .where('member.status', '=', 'enabled')
    .orderBy('address.key')
    .limit(maxOwners),
);

/** Who gets what is sent to the owners. */
export function owners(db: Database, list: number): string[] {
  return db.all(ownersOf, { list }).map((row) => row.address);
}
