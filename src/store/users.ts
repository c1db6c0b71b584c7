/** People: each may have several addresses, one of them preferred. */
import { exit, UsageError } from '../ground/errors.ts';
import { type Address, addressKey } from '../mail/address.ts';
import type { Rhythm } from '../model/digest.ts';
import type { DeliveryMode } from '../model/list.ts';
import { byDefault, type Options, wayNames } from '../model/preferences.ts';
import { addressSeq, ensureAddress, forgetAddress, verifyAddress } from './addresses.ts';
import { type Cause, log } from './change-log.ts';
import type { Lists } from './lists.ts';
import { preferEverywhere } from './preferences.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';
import type { Flag } from './tables.ts';
import { inheritWay, sayWay } from './way-levels.ts';

export type UserAddress = {
  readonly address: string;
  readonly preferred: boolean;
  /** When its owner showed that mail reaches him there; null: not yet. */
  readonly verified: number | null;
};

export type UserRecord = {
  readonly number: number;
  readonly name: string;
  readonly created: number;
  readonly addresses: readonly UserAddress[];
};

const insert = query((p: { name: string; now: number }) =>
  q.insertInto('user').values({ name: p.name, created: p.now }),
);
const rename = query((p: { number: number; name: string }) =>
  q.updateTable('user').set({ name: p.name }).where('number', '=', p.number),
);
const remove = query((p: { number: number }) =>
  q.deleteFrom('user').where('number', '=', p.number),
);
const byNumber = query((p: { number: number }) =>
  q.selectFrom('user').select(['number', 'name', 'created']).where('number', '=', p.number),
);
const ownerOf = query((p: { address: number }) =>
  q.selectFrom('user_address').select('user').where('address', '=', p.address),
);
const own = query((p: { address: number; user: number; preferred: Flag }) =>
  q.insertInto('user_address').values({ address: p.address, user: p.user, preferred: p.preferred }),
);
const disown = query((p: { address: number; user: number }) =>
  q.deleteFrom('user_address').where('address', '=', p.address).where('user', '=', p.user),
);
const prefer = query((p: { address: number; user: number }) =>
  q
    .updateTable('user_address')
    .set((e) => ({
      preferred: e.case().when('address', '=', p.address).then<Flag>(1).else<Flag>(0).end(),
    }))
    .where('user', '=', p.user),
);
const addressesOf = query((p: { user: number }) =>
  q
    .selectFrom('user_address as own')
    .innerJoin('address', 'address.seq', 'own.address')
    .select(['address.address', 'address.seq', 'address.verified', 'own.preferred'])
    .where('own.user', '=', p.user)
    .orderBy('own.preferred', 'desc')
    .orderBy('address.key'),
);
const somePage = query((p: { after: number; limit: number }) =>
  q
    .selectFrom('user')
    .select(['number', 'name', 'created'])
    .where('number', '>', p.after)
    .orderBy('number')
    .limit(p.limit),
);
const page = 500;

/** The user who has an address, if anybody has. */
export function userOf(db: Database, address: Address): UserRecord | undefined {
  const seq = addressSeq(db, address);
  const number = seq === undefined ? undefined : db.get(ownerOf, { address: seq })?.user;
  return number === undefined ? undefined : userAt(db, number);
}

/** A user by his number. */
export function userAt(db: Database, number: number): UserRecord | undefined {
  const row = db.get(byNumber, { number });
  return row && { ...row, addresses: addressList(db, number) };
}

function addressList(db: Database, user: number): UserAddress[] {
  return db.all(addressesOf, { user }).map(({ address, verified, preferred }) => ({
    address,
    preferred: preferred === 1,
    verified,
  }));
}

/** All users by number, page by page. */
export async function* allUsers(db: Database): AsyncGenerator<UserRecord> {
  for (let after = 0; ; ) {
    const rows: { number: number; name: string; created: number }[] = db.all(somePage, {
      after,
      limit: page,
    });
    for (const row of rows) yield { ...row, addresses: addressList(db, row.number) };
    const last = rows.at(-1);
    if (!last || rows.length < page) return;
    after = last.number;
  }
}

/** Makes a user with one address. */
export function addUser(db: Database, by: Cause, address: Address, name: string): UserRecord {
  return db.transaction(() => {
    const seq = freeAddress(db, by, address);
    const number = db.run(insert, { name, now: by.now }).lastKey;
    db.run(own, { address: seq, user: number, preferred: 1 });
    log(db, by, { kind: 'user-added', subject: address });
    return wantUser(db, number);
  });
}

function freeAddress(db: Database, by: Cause, address: Address): number {
  const owner = userOf(db, address);
  if (owner) {
    throw new UsageError(`${address} belongs to user ${owner.number} already`, exit.cantCreate);
  }
  return ensureAddress(db, address, by.now);
}

/** Removes a user. Memberships of the addresses stay: they are the addresses'. */
export function removeUser(db: Database, by: Cause, number: number): void {
  db.transaction(() => {
    const user = wantUser(db, number);
    const rows = db.all(addressesOf, { user: number });
    db.run(remove, { number });
    for (const { seq } of rows) forgetAddress(db, seq);
    log(db, by, { kind: 'user-removed', subject: user.addresses[0]?.address ?? String(number) });
  });
}

/** What a change of a user is made with. */
export type UserBooks = { readonly db: Database; readonly lists: Lists; readonly by: Cause };

export type UserWish = {
  readonly name?: string | undefined;
  /** What he wants for all of his addresses; `default` takes one back. */
  readonly options?: Options | undefined;
  /** How he wants postings, on all lists where nothing nearer says so. */
  readonly mode?: DeliveryMode | typeof byDefault | undefined;
  readonly rhythm?: Rhythm | typeof byDefault | undefined;
  /** One of the user's addresses. */
  readonly preferred?: Address | undefined;
  /** One of the user's addresses: mail reached him there. */
  readonly verified?: Address | undefined;
};

/** Changes a name, a preferred or a verified address. */
export function changeUser(
  { db, lists, by }: UserBooks,
  number: number,
  wish: UserWish,
): UserRecord {
  return db.transaction(() => {
    const user = wantUser(db, number);
    if (wish.name !== undefined) db.run(rename, { number, name: wish.name });
    if (wish.preferred !== undefined) {
      db.run(prefer, { address: ownAddress(db, user, wish.preferred), user: number });
    }
    if (wish.verified !== undefined) {
      verifyAddress(db, ownAddress(db, user, wish.verified), by.now);
    }
    preferEverywhere(db, number, wish.options ?? {});
    for (const name of wayNames) {
      const value = wish[name];
      const place = { member: 0, address: 0, user: number };
      if (value !== undefined) {
        sayWay(db, lists, place, 'user', name, value === byDefault ? null : value);
      }
    }
    log(db, by, { kind: 'user-changed', subject: subjectOf(user), detail: { ...wish } });
    return wantUser(db, number);
  });
}

/** Gives a user another address. */
export function addUserAddress(
  { db, lists, by }: UserBooks,
  number: number,
  address: Address,
): UserRecord {
  return db.transaction(() => {
    const user = wantUser(db, number);
    db.run(own, { address: freeAddress(db, by, address), user: number, preferred: 0 });
    inheritWay(db, lists, number);
    log(db, by, { kind: 'user-address-added', subject: subjectOf(user), detail: { address } });
    return wantUser(db, number);
  });
}

/** The last address stays: nobody could find the user without one. */
export function removeUserAddress(
  db: Database,
  by: Cause,
  number: number,
  address: Address,
): UserRecord {
  return db.transaction(() => {
    const user = wantUser(db, number);
    const seq = ownAddress(db, user, address);
    if (user.addresses.length === 1) {
      throw new UsageError(
        `${address} is the only address of user ${number}; "listmill user remove" removes both`,
        exit.failure,
      );
    }
    db.run(disown, { address: seq, user: number });
    forgetAddress(db, seq);
    const left = db.all(addressesOf, { user: number });
    const first = left[0];
    if (first && first.preferred === 0) db.run(prefer, { address: first.seq, user: number });
    log(db, by, { kind: 'user-address-removed', subject: subjectOf(user), detail: { address } });
    return wantUser(db, number);
  });
}

function ownAddress(db: Database, user: UserRecord, address: Address): number {
  const seq = addressSeq(db, address);
  if (seq === undefined || db.get(ownerOf, { address: seq })?.user !== user.number) {
    throw new UsageError(
      `${addressKey(address)} is no address of user ${user.number}`,
      exit.noInput,
    );
  }
  return seq;
}

function subjectOf(user: UserRecord): string {
  return user.addresses[0]?.address ?? String(user.number);
}

function wantUser(db: Database, number: number): UserRecord {
  const user = userAt(db, number);
  if (!user) throw new UsageError(`no user ${number}`, exit.noInput);
  return user;
}
