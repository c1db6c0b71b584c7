/** Adding, changing and removing single members. Many at once: stage.ts. */
import { exit, UsageError } from '../ground/errors.ts';
import { type Address, type AddressKey, addressKey } from '../mail/address.ts';
import type { Rhythm } from '../model/digest.ts';
import type { DeliveryMode, DeliveryStatus, PostAction, Role } from '../model/list.ts';
import type { Options } from '../model/preferences.ts';
import { ensureAddress, forgetAddress, respellAddress } from './addresses.ts';
import { type Cause, log } from './change-log.ts';
import type { Known } from './lists.ts';
import { type MemberRecord, memberOf } from './members.ts';
import { preferHere } from './preferences.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';
import { firstWay } from './way-levels.ts';

/** What may be said of a member; what is left out is the list's default, or stays as it is. */
export type MemberWish = {
  readonly name?: string | undefined;
  readonly mode?: DeliveryMode | undefined;
  readonly rhythm?: Rhythm | undefined;
  readonly status?: DeliveryStatus | undefined;
  readonly action?: PostAction | undefined;
  /** For this membership; `default` takes one back. */
  readonly options?: Options | undefined;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
};

type Columns = {
  name: string;
  mode: DeliveryMode;
  rhythm: Rhythm;
  status: DeliveryStatus;
  statusSince: number;
  action: PostAction;
  attributes: string;
};

type NewRow = Columns & {
  list: number;
  role: Role;
  address: number;
  joined: number;
  source: string;
};

const insert = query((p: NewRow) =>
  q
    .insertInto('member')
    .values({
      list: p.list,
      role: p.role,
      address: p.address,
      name: p.name,
      mode: p.mode,
      rhythm: p.rhythm,
      status: p.status,
      status_since: p.statusSince,
      action: p.action,
      attributes: p.attributes,
      joined: p.joined,
      source: p.source,
    })
    .onConflict((conflict) => conflict.doNothing()),
);
const update = query((p: Columns & { number: number; address: number }) =>
  q
    .updateTable('member')
    .set({
      address: p.address,
      name: p.name,
      mode: p.mode,
      rhythm: p.rhythm,
      status: p.status,
      status_since: p.statusSince,
      action: p.action,
      attributes: p.attributes,
    })
    .where('number', '=', p.number),
);
const remove = query((p: { number: number }) =>
  q.deleteFrom('member').where('number', '=', p.number).returning('address'),
);
const addressOf = query((p: { number: number }) =>
  q.selectFrom('member').select('address').where('number', '=', p.number),
);

/** A longer name is cut off: it came from somewhere careless. */
export const maxNameLength = 200;

/** Says whether it was new; who is there already stays as he is. */
export function addMember(
  db: Database,
  by: Cause,
  list: Known,
  role: Role,
  address: Address,
  wish: MemberWish = {},
): boolean {
  const { id } = list.view;
  return db.transaction(() => {
    const seq = ensureAddress(db, address, by.now);
    const first = firstWay(db, seq, list.view.settings.mode);
    const { changes, lastKey } = db.run(insert, {
      list: list.seq,
      role,
      address: seq,
      name: wish.name ?? '',
      mode: wish.mode ?? first.mode,
      rhythm: wish.rhythm ?? first.rhythm,
      status: wish.status ?? 'enabled',
      statusSince: by.now,
      action: wish.action ?? 'default',
      attributes: JSON.stringify(wish.attributes ?? {}),
      joined: by.now,
      source: by.cause,
    });
    if (changes === 0) return false;
    preferHere(db, lastKey, wish);
    log(db, by, { list: id, kind: 'member-added', subject: address, detail: { role } });
    return true;
  });
}

/** Changes what the wish names; attributes are merged, an empty one is dropped. */
export function changeMember(
  db: Database,
  by: Cause,
  list: Known,
  role: Role,
  key: AddressKey,
  wish: MemberWish & { readonly address?: Address | undefined },
): MemberRecord {
  return db.transaction(() => {
    const old = wantMember(db, list, role, key);
    const status = wish.status ?? old.status;
    db.run(update, {
      number: old.number,
      address: movedTo(db, by, list, old, wish.address),
      name: wish.name ?? old.name,
      mode: wish.mode ?? old.mode,
      rhythm: wish.rhythm ?? old.rhythm,
      status,
      statusSince: status === old.status ? old.statusSince : by.now,
      action: wish.action ?? old.action,
      attributes: JSON.stringify(merged(old.attributes, wish.attributes)),
    });
    preferHere(db, old.number, wish);
    const { list: id, address } = old;
    log(db, by, { list: id, kind: 'member-changed', subject: address, detail: { role, ...wish } });
    return wantMember(db, list, role, wish.address ? addressKey(wish.address) : key);
  });
}

function merged(
  old: MemberRecord['attributes'],
  wish: MemberRecord['attributes'] = {},
): MemberRecord['attributes'] {
  const all = Object.entries({ ...old, ...wish });
  return Object.fromEntries(all.filter(([, value]) => value !== ''));
}

/** The row of the address that the member has from now on. */
function movedTo(
  db: Database,
  by: Cause,
  list: Known,
  old: MemberRecord,
  address: Address | undefined,
): number {
  const seq = db.get(addressOf, { number: old.number })?.address ?? 0;
  if (address === undefined) return seq;
  const key = addressKey(address);
  if (key === old.key) {
    respellAddress(db, seq, address);
    return seq;
  }
  if (memberOf(db, list, old.role, key)) {
    throw new UsageError(`${address} is ${old.role} of ${old.list} already`, exit.cantCreate);
  }
  return ensureAddress(db, address, by.now);
}

/** Ends one membership. */
export function removeMember(
  db: Database,
  by: Cause,
  list: Known,
  role: Role,
  key: AddressKey,
): void {
  db.transaction(() => {
    const { number, address } = wantMember(db, list, role, key);
    const seq = db.get(remove, { number })?.address;
    if (seq !== undefined) forgetAddress(db, seq);
    const { id } = list.view;
    log(db, by, { list: id, kind: 'member-removed', subject: address, detail: { role } });
  });
}

function wantMember(db: Database, list: Known, role: Role, key: AddressKey): MemberRecord {
  const found = memberOf(db, list, role, key);
  if (!found) throw new UsageError(`${key} is no ${role} of ${list.view.id}`, exit.noInput);
  return found;
}
