/** What a step may see and ask. It reads; only its outcome changes anything. */

import type { Config } from '../ground/config.ts';
import type { Log } from '../ground/log.ts';
import type { Secret } from '../ground/secret.ts';
import { type Address, type AddressKey, mailboxParts } from '../mail/address.ts';
import type { CommandBooks } from '../model/command.ts';
import type { Crossing } from '../model/crossing.ts';
import { type Reading, readings } from '../model/destination.ts';
import type { DigestBooks } from '../model/digest.ts';
import type { EntryMeta } from '../model/entry.ts';
import type { EntryId, ListId } from '../model/ids.ts';
import type { ListView, MemberView } from '../model/list.ts';
import type { MailingOrder } from '../model/mailing.ts';
import type { Ban, DmarcFinding, Past, PastOrder } from '../model/posting.ts';
import type { Recipients } from '../model/recipients.ts';
import type { TopicHits } from '../model/topics.ts';

/** A slice of a roster: who gets a copy, and how far the roster was read. */
export type Slice = {
  readonly recipients: Recipients;
  /** The highest member number that was looked at. */
  readonly cursor: number;
  readonly done: boolean;
};

export type SliceOrder = {
  readonly after: number;
  readonly upTo: number;
  readonly limit: number;
  readonly author?: AddressKey | undefined;
  readonly addressed: readonly AddressKey[];
  readonly thread?: string | undefined;
  /** How members got postings when this one was accepted counts; without it how they do now. */
  readonly number?: number | undefined;
  /** To those who are told of postings, and not to those who get them. */
  readonly notice?: boolean | undefined;
  /** Not to those who get it there. */
  readonly crossings?: readonly Crossing[] | undefined;
  /** Not to members of these lists. */
  readonly notOf?: readonly ListId[] | undefined;
  /** Not to those who chose other topics. */
  readonly topics?: TopicHits | undefined;
  /** To those who read digests, too. */
  readonly urgent?: boolean | undefined;
};

/** A posting that went to several lists. */
export type Cross = {
  readonly root: string;
  readonly messageId: string;
  readonly others: readonly ListId[];
};

/** The books, as far as steps may read them. */
export type Books = CommandBooks & {
  list(id: ListId): Promise<ListView | undefined>;
  listAt(name: string, domain: string): Promise<ListView | undefined>;
  isDomain(domain: string): Promise<boolean>;
  memberships(list: ListId, key: AddressKey): Promise<readonly MemberView[]>;
  postingNumber(list: ListId, posting: EntryId): Promise<number | undefined>;
  lastMember(list: ListId): Promise<number>;
  readonly rules: {
    bans(list: ListId | undefined, addresses: readonly Address[]): Promise<readonly Ban[]>;
    past(list: ListId, order: PastOrder): Promise<Past>;
  };
  roster(list: ListId, order: SliceOrder): Promise<Slice>;
  acceptedBefore(list: ListId, posting: Cross): Promise<readonly Crossing[]>;
  owners(list: ListId): Promise<readonly string[]>;
  readonly mailings: { order(mailing: string): Promise<MailingOrder | undefined> };
  readonly digests: DigestBooks & {
    slice(of: IssueSlice, now: number): Promise<Slice>;
  };
};

/** Who of those that get a variant of an issue of a digest. */
export type IssueSlice = {
  readonly issue: number;
  readonly variant: number;
  readonly after: number;
  readonly limit: number;
};

/** An entry in hand. Its message is a file; nobody changes it. */
export type Entry = {
  readonly meta: EntryMeta;
  readonly message: string;
  /** The claim's folder; only hand-over writes there (progress). */
  readonly folder: string;
  readonly tries: number;
};

export type Desk = {
  /** The time of this step, ms; a step knows no other. */
  readonly now: number;
  readonly config: Config;
  readonly books: Books;
  readonly secret: Secret;
  readonly log: Log;
  /** What DNS says of the domain of an author; never throws, and answers in bounded time. */
  dmarc(domain: string): Promise<DmarcFinding>;
  /** Which list, and which address of it, an envelope recipient names. */
  destination(recipient: string): Promise<Destination | undefined>;
};

export type Destination = Reading & { readonly list: ListView };

/** The first reading of an address for which there is a list. */
export async function findDestination(
  books: Pick<Books, 'listAt'>,
  recipient: string,
  separator: string,
): Promise<Destination | undefined> {
  const parts = mailboxParts(recipient);
  if (!parts) return undefined;
  const { local, domain } = parts;
  for (const reading of readings(local, separator)) {
    const list = await books.listAt(reading.name, domain);
    if (list) return { ...reading, list };
  }
  return undefined;
}
