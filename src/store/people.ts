/** What people wish of lists and of their mail, as steps and commands ask for it. */
import type { Address, AddressKey } from '../mail/address.ts';
import type { Bothered } from '../model/command.ts';
import type { ListId } from '../model/ids.ts';
import type { Language } from '../model/language.ts';
import type { MemberView } from '../model/list.ts';
import type { Person } from '../model/personal.ts';
import type { Preferences } from '../model/preferences.ts';
import type { Request, RequestDecided, UndecidedRequest } from '../model/request.ts';
import { authorOf } from './author-aliases.ts';
import { bansOf } from './bans.ts';
import { bothered, oldBothers, pruneBothers } from './bothers.ts';
import type { Lists } from './lists.ts';
import { memberNumbered } from './members.ts';
import { type Personal, personalRecord } from './personal.ts';
import { personsOf } from './persons.ts';
import { hiddenMembers, languageFor, preferencesOf } from './preferences.ts';
import { decisionBy, decisionsOf, forgetOldDecisions, oldDecisions } from './request-decisions.ts';
import {
  expiredRequests,
  expireRequests,
  requestBy,
  requestsOf,
  subscriptionRequest,
} from './requests.ts';
import { siblingsOn } from './siblings.ts';
import type { Database } from './sqlite.ts';
import { endPauses, isVerified, oldPauses } from './subscriptions.ts';
import {
  listsOfUndecided,
  undecidedRequest,
  undecidedRequests,
  undecidedRequestsOn,
} from './undecided.ts';

const page = 1000;

/** Reads; `forgetOverdue` alone forgets what is over. */
export class People {
  readonly #db: Database;
  readonly #lists: Lists;

  constructor(db: Database, lists: Lists) {
    this.#db = db;
    this.#lists = lists;
  }

  /** The open request with this token. */
  async request(tokenHash: string, now: number): Promise<Request | undefined> {
    return requestBy(this.#db, tokenHash, now);
  }

  /** The open request of an address to join or leave a list. */
  async subscriptionRequest(
    list: ListId,
    key: AddressKey,
    now: number,
  ): Promise<Request | undefined> {
    const known = this.#lists.find(list);
    return known && subscriptionRequest(this.#db, known, key, now);
  }

  /** The author for whom an address of the list stands, by its tag. */
  async authorOf(list: ListId, tag: string): Promise<Address | undefined> {
    const known = this.#lists.find(list);
    return known && authorOf(this.#db, known, tag);
  }

  /** Who else is on the list of the person to whom a verified address belongs. */
  async siblings(list: ListId, key: AddressKey): Promise<readonly MemberView[]> {
    const known = this.#lists.find(list);
    return known ? siblingsOn(this.#db, known, key) : [];
  }

  /** Whatever waits of an address on a list. */
  async requestsOf(list: ListId, key: AddressKey): Promise<readonly Request[]> {
    const known = this.#lists.find(list);
    return known ? requestsOf(this.#db, known, key) : [];
  }

  /** What a member wants of his mail; undefined: he is none. */
  async preferences(list: ListId, key: AddressKey): Promise<Preferences | undefined> {
    return preferencesOf(this.#db, this.#lists.find(list), key);
  }

  /** Whether members are hidden of whom somebody said so; for others the list's default counts. */
  async hiddenMembers(list: ListId): Promise<ReadonlyMap<number, boolean>> {
    const known = this.#lists.find(list);
    return known ? hiddenMembers(this.#db, known) : new Map();
  }

  /** The membership with this number, whichever list it is on. */
  async numbered(number: number): Promise<MemberView | undefined> {
    return memberNumbered(this.#db, number);
  }

  /** What copies may say of these members of a list. */
  async persons(list: ListId, numbers: readonly number[]): Promise<ReadonlyMap<number, Person>> {
    const known = this.#lists.find(list);
    return known ? personsOf(this.#db, known, numbers) : new Map();
  }

  async isBanned(list: ListId, address: Address): Promise<boolean> {
    return bansOf(this.#db, this.#lists.find(list), [address]).length > 0;
  }

  /** All that is kept of an address. */
  async personal(address: Address): Promise<Personal> {
    return personalRecord(this.#db, this.#lists, address);
  }

  /** In which language to write to an address about a list. */
  async language(list: ListId, key: AddressKey): Promise<Language> {
    const known = this.#lists.find(list);
    return known ? languageFor(this.#db, known, key) : 'en';
  }

  async isVerified(address: Address): Promise<boolean> {
    return isVerified(this.#db, address);
  }

  /** When strangers made us write to an address, and one source to anybody. */
  async bothered(target: AddressKey, source: string, since: number): Promise<Bothered> {
    return bothered(this.#db, target, source, since);
  }

  /** Requests that wait for a moderator, those too whose time is over. */
  undecided(): AsyncGenerator<UndecidedRequest> {
    return undecidedRequests(this.#db);
  }

  async undecidedAt(list: ListId, key: AddressKey): Promise<UndecidedRequest | undefined> {
    const known = this.#lists.find(list);
    return known && undecidedRequest(this.#db, known, key);
  }

  /** Those of a list, the oldest first. */
  async undecidedOn(list: ListId): Promise<readonly UndecidedRequest[]> {
    const known = this.#lists.find(list);
    return known ? undecidedRequestsOn(this.#db, known) : [];
  }

  /** The lists on which requests wait for a moderator. */
  async undecidedLists(): Promise<readonly ListId[]> {
    return listsOfUndecided(this.#db);
  }

  /** What was decided about the request that had this token. */
  async requestDecided(tokenHash: string): Promise<RequestDecided | undefined> {
    return decisionBy(this.#db, tokenHash);
  }

  /** What was decided last about an address on a list. */
  async lastDecided(list: ListId, key: AddressKey): Promise<RequestDecided | undefined> {
    return decisionsOf(this.#db, key).find((one) => one.list === list);
  }

  /** How many requests, pauses and counts of messages are over. */
  async overdue(now: number): Promise<number> {
    const db = this.#db;
    const decisions = oldDecisions(db, now);
    return expiredRequests(db, now) + oldBothers(db, now) + oldPauses(db, now) + decisions;
  }

  /** Forgets them, page by page, so that no writer waits long; the number. */
  async forgetOverdue(now: number): Promise<number> {
    const db = this.#db;
    for (let sum = 0; ; ) {
      const done =
        expireRequests(db, now, page) +
        pruneBothers(db, now, page) +
        endPauses(db, now, page) +
        forgetOldDecisions(db, now, page);
      sum += done;
      if (done === 0) return sum;
      await new Promise<void>((resume) => setImmediate(resume));
    }
  }
}
