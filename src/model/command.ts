/** Orders that people give by mail: what a command sees, and what it answers. */
import type { Address, AddressKey } from '../mail/address.ts';
import type { Change } from './change.ts';
import type { HeldBooks } from './held.ts';
import type { EntryId, ListId } from './ids.ts';
import type { Language } from './language.ts';
import type { ListView, MemberView } from './list.ts';
import type { HelpName, Line } from './phrases.ts';
import type { Preferences } from './preferences.ts';
import type { Request, RequestDecided, UndecidedRequest } from './request.ts';

/** One line of orders: the verb in lower case, what stands behind it as it was written. */
export type Order = { readonly verb: string; readonly words: readonly string[] };

/** Who gives the orders. */
export type Asker = {
  readonly address: Address;
  readonly key: AddressKey;
  readonly name: string;
  /** He is shown to be the owner of the address; not so by a From field alone. */
  readonly proven: boolean;
  /** What he is on this list. */
  readonly memberships: readonly MemberView[];
};

/** What people wish of lists and of their mail. */
export type PeopleBooks = {
  /** The open request with this token, not expired. */
  request(tokenHash: string, now: number): Promise<Request | undefined>;
  /** The open request of an address to join or leave a list. */
  subscriptionRequest(list: ListId, key: AddressKey, now: number): Promise<Request | undefined>;
  /** What was decided about the request that had this token. */
  requestDecided(tokenHash: string): Promise<RequestDecided | undefined>;
  /** Those of a list that wait for a moderator, the oldest first. */
  undecidedOn(list: ListId): Promise<readonly UndecidedRequest[]>;
  requestsOf(list: ListId, key: AddressKey): Promise<readonly Request[]>;
  isBanned(list: ListId, address: Address): Promise<boolean>;
  /** The author for whom an address of the list stands, by its tag. */
  authorOf(list: ListId, tag: string): Promise<Address | undefined>;
  /** Who else is on the list of the person to whom a verified address belongs. */
  siblings(list: ListId, key: AddressKey): Promise<readonly MemberView[]>;
  /** The membership with this number, whichever list it is on. */
  numbered(number: number): Promise<MemberView | undefined>;
  /** Undefined: he is no member of the list. */
  preferences(list: ListId, key: AddressKey): Promise<Preferences | undefined>;
  /** In which language to write to an address about a list. */
  language(list: ListId, key: AddressKey): Promise<Language>;
  /** Whether members are hidden of whom somebody said so; for others the list's default counts. */
  hiddenMembers(list: ListId): Promise<ReadonlyMap<number, boolean>>;
  /** When strangers caused messages to an address, and a source to anybody, since `since`. */
  bothered(target: AddressKey, source: string, since: number): Promise<Bothered>;
};

/** What commands may look up. */
export type CommandBooks = {
  readonly people: PeopleBooks;
  readonly held: HeldBooks;
  list(id: ListId): Promise<ListView | undefined>;
  memberships(list: ListId, key: AddressKey): Promise<readonly MemberView[]>;
  /** The lists of a domain, or all. */
  lists(filter: { readonly domain?: string }): AsyncIterable<ListView>;
  /** The members of a list, or every membership of an address. */
  members(filter: {
    readonly list?: ListId;
    readonly role?: 'member';
    readonly key?: AddressKey;
  }): AsyncIterable<MemberView>;
};

export type Bothered = { readonly target: readonly number[]; readonly source: readonly number[] };

export type CommandView = {
  readonly list: ListView;
  readonly asker: Asker;
  readonly now: number;
  readonly books: CommandBooks;
  /** All commands, for `help`. */
  readonly commands: readonly Command[];
  /** Message-ID of the mail with the orders. */
  readonly messageId: string;
  /** Of whoever brought the mail in; '' for `<>`. */
  readonly source: string;
  /** The same for people to read, as it was written. */
  readonly bringer: string;
  /** How long a request waits for its subscriber, or for a moderator, ms. */
  readonly patienceMs: { readonly subscriber: number; readonly moderator: number };
  /** Makes a new token for a request; each has its own. */
  token(kind: string, key: AddressKey): string;
  /** The token by which one person decides about one held posting. */
  heldToken(id: EntryId, who: Address): string;
  /** It came to the address that was made for the asker, who therefore wants to leave. */
  readonly byLink?: boolean;
  /** It is the word of a page, not mail. */
  readonly byPage?: boolean;
  /** Whether this names a thread of the list. */
  isThread(tag: string): boolean;
  /** Whether this is an address of a list of this site. */
  isOurs(address: Address): Promise<boolean>;
};

/** A message that a command wants written. */
export type Notice = {
  readonly template: string;
  /** Undefined: the owners and moderators of the list. */
  readonly to: Address | undefined;
  readonly values: Readonly<Record<string, string>>;
  /** Lines that become its value `results`. */
  readonly lines?: readonly Line[];
  /** A reply to it confirms this. */
  readonly token?: string;
  /** A reply to it decides about a held posting. */
  readonly heldToken?: string;
  /**
   * What a stranger can make us send counts against the limits; where they are reached nothing
   * of the whole answer happens.
   */
  readonly byStranger?: boolean;
  readonly list?: ListView;
};

/** What else a command wants done. */
export type Further = {
  /** Orders that are proven now: they are obeyed as if this address had shown that it wrote them. */
  readonly lines: readonly string[];
  readonly address: Address;
};

export type Answer = {
  /** Line by line what happened, for the reply. Empty where notices say it. */
  readonly said: readonly Line[];
  readonly changes?: readonly Change[];
  readonly notices?: readonly Notice[];
  /** It could not be obeyed; so many, and the rest of the mail is left unread. */
  readonly failed?: boolean;
  readonly further?: Further;
  /** What follows is no order. */
  readonly ends?: boolean;
};

export type Command = {
  readonly verbs: readonly string[];
  /** How it is written, and what it does. */
  readonly help: HelpName;
  /** It changes something, so its sender must be shown to be real. */
  readonly wantsProof?: boolean;
  /**
   * It is about the sender's membership: where his address has none, about that of another address
   * of his, once he is shown to be real.
   */
  readonly ofMember?: boolean;
  /** Of this there may be one in a mail: two would contradict each other. */
  readonly once?: boolean;
  obey(order: Order, view: CommandView): Promise<Answer> | Answer;
};
