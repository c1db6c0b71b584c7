/**
 * The store: what is true between letters. Nothing outside this folder knows which database it
 * is; the interface is asynchronous because another one may stand behind it one day.
 */
import type { Address, AddressKey } from '../mail/address.ts';
import type { Crossing } from '../model/crossing.ts';
import type { ListId } from '../model/ids.ts';
import type { ListView, MemberView, Role } from '../model/list.ts';
import { forgetAddresses } from './addresses.ts';
import { Admin } from './admin.ts';
import { type Applied, applySlips, type Slip, settled } from './apply.ts';
import { BounceBooks } from './bounce-books.ts';
import { bulk, openBooks } from './bulk.ts';
import { Digests } from './digests.ts';
import { type DomainRecord, domainNames, domainRecords, isDomain } from './domains.ts';
import { Held } from './held.ts';
import { type ListFacts, listFacts } from './list-admin.ts';
import { Lists } from './lists.ts';
import { MailingBooks } from './mailing-books.ts';
import * as upkeep from './maintenance.ts';
import {
  attributeNames,
  countMembers,
  findMembers,
  type MemberFilter,
  type MemberRecord,
  memberOf,
  membershipsOf,
} from './members.ts';
import { People } from './people.ts';
import { postingNumber } from './postings.ts';
import { lastMember, owners, type Slice } from './roster.ts';
import { type Cross, crossingsOf, type RosterOrder, rosterSlice } from './rosters.ts';
import { RuleBooks } from './rule-books.ts';
import { type SettingEdit, settingHistory } from './settings.ts';
import type { Database } from './sqlite.ts';
import { Stage } from './stage.ts';
import { allUsers, type UserRecord, userAt, userOf } from './users.ts';

export type * from './types.ts';

export type StoreOptions = {
  readonly readonly?: boolean;
  /** Makes the file when it is not there; otherwise that is an error, told with the remedy. */
  readonly create?: boolean;
  readonly now: () => number;
};

/** Opens the store and brings its tables up to date. */
export async function openStore(path: string, options: StoreOptions): Promise<Store> {
  return new Store(await openBooks(path, options), options.now);
}

/** An open database, in the words of the model. */
export class Store {
  readonly #db: Database;
  readonly #lists: Lists;
  readonly #now: () => number;
  /** What people wish of lists and of their mail. */
  readonly people: People;
  /** All that is about bounces. */
  readonly bounces: BounceBooks;
  /** Mailings on their way. */
  readonly mailings: MailingBooks;
  /** Postings that wait for a moderator. */
  readonly held: Held;
  /** Digests that are being collected, and those that were made. */
  readonly digests: Digests;
  /** Bans, what came before, and what DNS said. */
  readonly rules: RuleBooks;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#lists = new Lists(db);
    this.#now = now;
    this.people = new People(db, this.#lists);
    this.bounces = new BounceBooks(db, this.#lists, now);
    this.mailings = new MailingBooks(db, now);
    this.held = new Held(db, this.#lists);
    this.digests = new Digests(db, this.#lists);
    this.rules = new RuleBooks(db, this.#lists);
  }

  /** Applies a group of slips in one transaction, each whole or not at all. */
  async apply(slips: readonly Slip[], now: number): Promise<readonly Applied[]> {
    return applySlips(this.#db, this.#lists, slips, now);
  }

  /** The fate that a cause was settled with, if it was. */
  async settled(cause: string): Promise<string | undefined> {
    return settled(this.#db, cause);
  }

  /** A list by its id, or by the one it had before it was renamed. */
  async list(id: ListId): Promise<ListView | undefined> {
    return this.#lists.find(id)?.view;
  }

  /** The list at an address of ours; `domain` as lower-case A-label. Old addresses count. */
  async listAt(name: string, domain: string): Promise<ListView | undefined> {
    return this.#lists.at(name, domain)?.view;
  }

  /** All lists by id, or those of one domain. */
  async *lists(filter: { readonly domain?: string } = {}): AsyncGenerator<ListView> {
    for await (const { view } of this.#lists.all(filter.domain)) yield view;
  }

  /** The lists with that name, in whichever domain. */
  async listsNamed(name: string): Promise<readonly ListView[]> {
    return this.#lists.named(name).map(({ view }) => view);
  }

  async domains(): Promise<readonly string[]> {
    return domainNames(this.#db);
  }

  async isDomain(domain: string): Promise<boolean> {
    return isDomain(this.#db, domain);
  }

  /** What an address is on a list: no role, one, or several. */
  async memberships(list: ListId, key: AddressKey): Promise<readonly MemberView[]> {
    const known = this.#lists.find(list);
    return known ? membershipsOf(this.#db, known, key) : [];
  }

  async member(list: ListId, role: Role, key: AddressKey): Promise<MemberView | undefined> {
    const known = this.#lists.find(list);
    return known ? memberOf(this.#db, known, role, key) : undefined;
  }

  /** The number that `accepted` gave to a posting. */
  async postingNumber(list: ListId, root: string): Promise<number | undefined> {
    const known = this.#lists.find(list);
    return known ? postingNumber(this.#db, known.seq, root) : undefined;
  }

  /** The next of those who get single copies. A list that is gone has nobody. */
  async roster(list: ListId, of: RosterOrder): Promise<Slice> {
    return rosterSlice(this.#db, this.#lists, list, of, this.#now());
  }

  /** Which of the other lists accepted the same posting before this one did. */
  async acceptedBefore(list: ListId, posting: Cross): Promise<readonly Crossing[]> {
    return crossingsOf(this.#db, this.#lists, list, posting);
  }

  /** The boundary of a snapshot: who joins later has a higher number. */
  async lastMember(_list: ListId): Promise<number> {
    return lastMember(this.#db);
  }

  /** The addresses of owners and moderators who get what is sent to the owners. */
  async owners(list: ListId): Promise<readonly string[]> {
    const known = this.#lists.find(list);
    return known ? owners(this.#db, known.seq) : [];
  }

  /** The domains, with what people want to know of them. */
  async domainRecords(): Promise<readonly DomainRecord[]> {
    return domainRecords(this.#db);
  }

  /** What `list show` says of a list besides its settings. */
  async listFacts(list: ListId): Promise<ListFacts> {
    return listFacts(this.#db, this.#lists.want(list));
  }

  /** Edits of a list's settings, newest first. */
  async settingHistory(list: ListId): Promise<readonly SettingEdit[]> {
    return settingHistory(this.#db, this.#lists.want(list));
  }

  /** Members in the order in which they joined, page by page. */
  members(filter: Omit<MemberFilter, 'list'> & { list?: ListId }): AsyncGenerator<MemberRecord> {
    const { list, ...rest } = filter;
    return findMembers(this.#db, { ...rest, list: list && this.#lists.want(list) });
  }

  async countMembers(list: ListId): Promise<Readonly<Record<Role, number>>> {
    return countMembers(this.#db, this.#lists.want(list));
  }

  /** What is kept of any member of a list besides what every list has. */
  async attributeNames(list: ListId): Promise<readonly string[]> {
    return attributeNames(this.#db, this.#lists.want(list));
  }

  /** Takes in many members at once, all or nothing. Must be closed. */
  async stage(list: ListId, who: string, origin?: string): Promise<Stage> {
    const by = { cause: who, now: this.#now() };
    return new Stage(await openBooks(this.#db.path, bulk), this.#lists.want(list), by, origin);
  }

  users(): AsyncGenerator<UserRecord> {
    return allUsers(this.#db);
  }

  async userOf(address: Address): Promise<UserRecord | undefined> {
    return userOf(this.#db, address);
  }

  async userAt(number: number): Promise<UserRecord | undefined> {
    return userAt(this.#db, number);
  }

  /** The books, open for changes by `who`: `cli:ann`. */
  as(who: string): Admin {
    return new Admin(this.#db, this.#lists, () => ({ cause: who, now: this.#now() }));
  }

  /** What is wrong with the database; empty when nothing is. */
  async integrity(): Promise<readonly string[]> {
    return upkeep.integrity(this.#db);
  }

  /** Forgets addresses that are nobody's, refreshes statistics, gives space back. */
  async optimise(): Promise<void> {
    await forgetAddresses(this.#db);
    upkeep.optimise(this.#db);
  }

  /** A consistent copy while others write. */
  async backup(to: string, progress?: (done: number, total: number) => void): Promise<void> {
    await this.#db.backup(to, progress);
  }

  /** Forgets causes settled before `before`; the number of them. */
  async pruneSettled(before: number, stillClaimed: (cause: string) => boolean): Promise<number> {
    return upkeep.pruneSettled(this.#db, before, stillClaimed);
  }

  /** Forgets what mail did before `before`; numbers of postings and what people did stay. */
  async pruneHistory(before: number): Promise<number> {
    return upkeep.pruneHistory(this.#db, before);
  }

  async counts(): Promise<upkeep.Counts> {
    return upkeep.counts(this.#db);
  }

  close(): void {
    this.#db.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}
