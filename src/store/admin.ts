/** What people change in the store, each change under the name of who makes it. */
import { exit, UsageError } from '../ground/errors.ts';
import { type Address, type AddressKey, addressKey } from '../mail/address.ts';
import { type ListId, listId } from '../model/ids.ts';
import type { Role } from '../model/list.ts';
import type { Consent } from '../model/request.ts';
import type { SettingName } from '../model/settings.ts';
import { addBan, removeBan } from './bans.ts';
import { removeInBulk } from './bulk.ts';
import { type Cause, log } from './change-log.ts';
import { noteConsent } from './consents.ts';
import { addDomain, removeDomain } from './domains.ts';
import { erasePersonal } from './erasure.ts';
import {
  addListAlias,
  createList,
  forgetOldAddress,
  type ListAddress,
  removeList,
  renameList,
} from './list-admin.ts';
import { isSmall } from './list-removal.ts';
import type { Known, Lists } from './lists.ts';
import { addMember, changeMember, type MemberWish, removeMember } from './member-admin.ts';
import { countMembers, type MemberRecord } from './members.ts';
import { changeSettings, revertSettings, type SettingWish } from './settings.ts';
import type { Database } from './sqlite.ts';
import {
  addUser,
  addUserAddress,
  changeUser,
  removeUser,
  removeUserAddress,
  type UserBooks,
  type UserRecord,
  type UserWish,
} from './users.ts';

/** One person (or program) at the books: `cli:ann`. */
export class Admin {
  readonly #db: Database;
  readonly #lists: Lists;
  readonly #by: () => Cause;

  constructor(db: Database, lists: Lists, by: () => Cause) {
    this.#db = db;
    this.#lists = lists;
    this.#by = by;
  }

  /** Bans on one list, or everywhere. False: it was banned already. */
  async ban(list: ListId | undefined, entry: string, reason: string): Promise<boolean> {
    return addBan(this.#db, this.#by(), list && this.#lists.want(list), entry, reason);
  }

  /** False: there was no such ban. */
  async unban(list: ListId | undefined, entry: string): Promise<boolean> {
    return removeBan(this.#db, this.#by(), list && this.#lists.want(list), entry);
  }

  /** Writes into the change log what was done to something that is not in the books. */
  async note(
    list: ListId,
    kind: string,
    subject: string,
    detail: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    this.#db.transaction(() => log(this.#db, this.#by(), { list, kind, subject, detail }));
  }

  /** False: it was there already. */
  async addDomain(name: string, description?: string): Promise<boolean> {
    return addDomain(this.#db, this.#by(), name, description);
  }

  async removeDomain(name: string): Promise<void> {
    removeDomain(this.#db, this.#by(), name);
  }

  async createList(at: ListAddress): Promise<ListId> {
    return listId(createList(this.#db, this.#lists, this.#by(), at));
  }

  async renameList(id: ListId, to: ListAddress, keepOld = true): Promise<ListId> {
    const list = this.#lists.want(id);
    return listId(renameList(this.#db, this.#lists, this.#by(), list, to, keepOld));
  }

  async addListAlias(id: ListId, at: ListAddress): Promise<void> {
    addListAlias(this.#db, this.#lists, this.#by(), this.#lists.want(id), at);
  }

  async forgetOldAddress(id: ListId, old: ListAddress): Promise<void> {
    forgetOldAddress(this.#db, this.#by(), this.#lists.want(id), old);
  }

  /** Refuses a list that has members, unless `force`. */
  async removeList(id: ListId, force = false): Promise<void> {
    const list = this.#lists.want(id);
    const { member } = countMembers(this.#db, list);
    if (member > 0 && !force) {
      throw new UsageError(
        `${id} has ${member} members; --force removes it all the same ` +
          '("listmill member export" keeps them)',
        exit.failure,
      );
    }
    if (isSmall(this.#db, list.seq)) removeList(this.#db, this.#by(), list);
    else await removeInBulk(this.#db, list, this.#by());
  }

  /** All wishes or none; gives the names of the settings that are different now. */
  async changeSettings(
    id: ListId,
    wishes: readonly SettingWish[],
  ): Promise<readonly SettingName[]> {
    return changeSettings(this.#db, this.#by(), this.#lists.want(id), wishes);
  }

  async revertSettings(id: ListId, version: number): Promise<readonly SettingName[]> {
    return revertSettings(this.#db, this.#by(), this.#lists.want(id), version);
  }

  /** False: the address had that role already, and nothing of it was changed. */
  async addMember(id: ListId, role: Role, address: Address, wish?: MemberWish): Promise<boolean> {
    const by = this.#by();
    const list = this.#lists.want(id);
    return this.#db.transaction(() => {
      const isNew = addMember(this.#db, by, list, role, address, wish);
      if (isNew && role === 'member') this.#note(by, list, address, 'joined');
      return isNew;
    });
  }

  async changeMember(
    id: ListId,
    role: Role,
    key: AddressKey,
    wish: MemberWish & { readonly address?: Address | undefined },
  ): Promise<MemberRecord> {
    return changeMember(this.#db, this.#by(), this.#lists.want(id), role, key, wish);
  }

  async removeMember(id: ListId, role: Role, key: AddressKey): Promise<void> {
    const by = this.#by();
    const list = this.#lists.want(id);
    this.#db.transaction(() => {
      removeMember(this.#db, by, list, role, key);
      if (role === 'member') this.#note(by, list, key, 'left');
    });
  }

  /** Forgets an address and all that is known of it. */
  async erase(address: Address): Promise<void> {
    await erasePersonal(this.#db, this.#lists, this.#by(), address);
  }

  async addUser(address: Address, name: string): Promise<UserRecord> {
    return addUser(this.#db, this.#by(), address, name);
  }

  async removeUser(number: number): Promise<void> {
    removeUser(this.#db, this.#by(), number);
  }

  async changeUser(number: number, wish: UserWish): Promise<UserRecord> {
    return changeUser(this.#books(), number, wish);
  }

  async addUserAddress(number: number, address: Address): Promise<UserRecord> {
    return addUserAddress(this.#books(), number, address);
  }

  async removeUserAddress(number: number, address: Address): Promise<UserRecord> {
    return removeUserAddress(this.#db, this.#by(), number, address);
  }

  #books(): UserBooks {
    return { db: this.#db, lists: this.#lists, by: this.#by() };
  }

  /** Who runs the list did it, and nobody confirmed anything. */
  #note(by: Cause, list: Known, address: Address | AddressKey, event: Consent['event']): void {
    const key = addressKey(address as Address);
    const what = { list: list.view.id, address, key, event };
    noteConsent(this.#db, by, what, { way: `by ${by.cause}`, asked: '', confirmed: '' });
  }
}
