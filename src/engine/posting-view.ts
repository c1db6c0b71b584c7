/** Loads all that the rules of a list will want to know of a posting. */
import {
  type Address,
  addressKey,
  domainOf,
  mailboxesIn,
  parseAddress,
  wireAddress,
} from '../mail/address.ts';
import { authorOf, authorsOf } from '../mail/author.ts';
import { firstLines, type Message } from '../mail/message.ts';
import { messageIdOf } from '../mail/message-id.ts';
import { partsOf } from '../mail/parts.ts';
import { isListId } from '../model/ids.ts';
import type { ListView, MemberView } from '../model/list.ts';
import { readAddressPattern } from '../model/pattern.ts';
import type { Need, Past, PastOrder, Posting } from '../model/posting.ts';
import { type Desk, findDestination } from './desk.ts';

/** A message that is offered to a list. */
export type Offer = {
  readonly list: ListView;
  readonly to: Posting['to'];
  readonly message: Message;
  readonly size: number;
  /** Envelope sender; null is `<>`. */
  readonly sender: string | null;
  /** The id under which it came in; what it did itself is not its past. */
  readonly root: string;
};

export type ViewDesk = Pick<Desk, 'now' | 'config' | 'books' | 'dmarc'>;

const dayMs = 86_400_000;
/** Lines at the top of the text that rules look at. */
const topLines = 60;

/** The view of one posting; only what is among the needs is read from body, books and DNS. */
export async function postingView(
  desk: ViewDesk,
  offer: Offer,
  needs: ReadonlySet<Need>,
): Promise<Posting> {
  const { list, to, message, size, sender } = offer;
  const { headers } = message;
  const { books, config, now } = desk;
  const from = authorsOf(headers);
  const senders = sendersOf(offer);
  const keys = [...new Set(senders.map(addressKey))];
  const found = await Promise.all(keys.map((key) => books.memberships(list.id, key)));
  const author = senders[0];
  const asked = from[0] ?? author;
  const ours = await listsAmong(desk, from);
  const body = needs.has('parts') ? await partsOf(message) : noParts;
  return {
    list,
    headers,
    size,
    sender,
    from,
    memberships: found.flat(),
    now,
    to,
    isOurs: (key) => ours.has(key),
    senders,
    bans: await books.rules.bans(list.id, namedSenders(offer)),
    memberOf: await memberOf(desk, list, senders),
    lines: needs.has('lines') ? await firstLines(message, topLines) : [],
    parts: body.parts,
    partsTrouble: body.trouble,
    past: await pastOf(desk, offer, needs),
    dmarc:
      needs.has('dmarc') && asked !== undefined ? await desk.dmarc(asciiDomain(asked)) : undefined,
    trustedHosts: config.rules.trustedHosts,
    siteMatches: config.rules.headerMatches,
  };
}

const noParts = { parts: [], trouble: undefined } as const;

/** Those authors that are lists of this site, by any name that they receive under. */
async function listsAmong(
  { books, config }: ViewDesk,
  from: readonly Address[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const address of from.slice(0, maxSenders)) {
    const named = await findDestination(books, wireAddress(address), config.site.separator);
    if (named && named.to === undefined) found.add(addressKey(address));
  }
  return found;
}

/** The domain of an author as DNS knows it. */
export function asciiDomain(address: Address): string {
  return domainOf(wireAddress(address)).toLowerCase();
}

/** Who counts as the sender, by the list's setting; of several in From, the one held to account. */
export function sendersOf({ list, message, sender }: Offer): Address[] {
  const { headers } = message;
  const found = list.settings.senderFields.flatMap((field): readonly Address[] => {
    switch (field) {
      case 'from':
        return optional(authorOf(headers));
      case 'envelope':
        return optional(sender === null ? undefined : parseAddress(sender));
      default:
        return mailboxesIn(headers, field).flatMap(({ address }) => optional(address));
    }
  });
  return unique(found).slice(0, maxSenders);
}

/** Every address by which a message names its sender, wherever: bans look at all of them. */
function namedSenders({ message: { headers }, sender }: Offer): Address[] {
  return unique([
    ...authorsOf(headers),
    ...mailboxesIn(headers, 'sender').flatMap(({ address }) => optional(address)),
    ...optional(sender === null ? undefined : parseAddress(sender)),
  ]).slice(0, maxSenders);
}

/** More are nobody's honest sender. */
const maxSenders = 20;

function optional(address: Address | undefined): readonly Address[] {
  return address === undefined ? [] : [address];
}

function unique(addresses: readonly Address[]): Address[] {
  const byKey = new Map(addresses.map((address) => [addressKey(address), address] as const));
  return [...byKey.values()];
}

/** Which of the lists that settings name as `@LIST` have one of the senders as a member. */
export async function memberOf(
  { books }: ViewDesk,
  list: ListView,
  senders: readonly Address[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const name of namedLists(list)) {
    const other = await namedList(books, name, list.domain);
    if (!other) continue;
    for (const sender of senders) {
      const views = await books.memberships(other.id, addressKey(sender));
      if (views.some(isMember)) found.add(name);
    }
  }
  return found;
}

function isMember({ role }: MemberView): boolean {
  return role === 'member';
}

function namedLists({ settings }: ListView): Set<string> {
  const entries = [
    ...settings.acceptNonmembers,
    ...settings.holdNonmembers,
    ...settings.rejectNonmembers,
    ...settings.discardNonmembers,
    ...settings.dmarcExempt,
    ...settings.dmarcForce,
  ].filter((entry) => entry.startsWith('@'));
  return new Set(
    entries.flatMap((entry) => {
      const read = readAddressPattern(entry);
      return read.kind === 'members' ? [read.list] : [];
    }),
  );
}

/** By its address, its name in the same domain, or its id. */
async function namedList(
  books: Pick<Desk['books'], 'list' | 'listAt'>,
  text: string,
  domain: string,
): Promise<ListView | undefined> {
  const [name = '', at = domain] = text.split('@');
  const found = await books.listAt(name, at);
  return found ?? (isListId(text) ? await books.list(text) : undefined);
}

const noPast: Past = { sameId: undefined, accepted: 0, recentByAuthor: 0, recent: 0 };

async function pastOf(
  { books, now }: ViewDesk,
  offer: Offer,
  needs: ReadonlySet<Need>,
): Promise<Past> {
  if (!needs.has('known-id') && !needs.has('counts')) return noPast;
  const { list, message, root } = offer;
  const { duplicateDays, rateMinutes, senderRate, listRate } = list.settings;
  const author = authorOf(message.headers);
  const order: PastOrder = {
    messageId: needs.has('known-id') ? messageIdOf(message.headers) : undefined,
    author: author && addressKey(author),
    root,
    idsSince: now - duplicateDays * dayMs,
    countsSince: needs.has('counts') ? now - rateMinutes * 60_000 : undefined,
    mostByAuthor: senderRate,
    most: listRate,
  };
  return await books.rules.past(list.id, order);
}
