/** Applies what people wanted of their subscriptions: joining, leaving, moving, resting. */
import { StaleView } from '../ground/errors.ts';
import { type Address, type AddressKey, addressKey } from '../mail/address.ts';
import type { SubscriptionChange } from '../model/change-subscription.ts';
import type { DeliveryStatus, Role } from '../model/list.ts';
import { wayNames } from '../model/preferences.ts';
import { addressSeq, ensureAddress, forgetAddress, verifyAddress } from './addresses.ts';
import type { Books } from './apply.ts';
import { bansOf } from './bans.ts';
import { noteConsent } from './consents.ts';
import type { Known } from './lists.ts';
import { addMember, changeMember, removeMember } from './member-admin.ts';
import { memberOf } from './members.ts';
import { carryPreferences, findPlace, type Place } from './preferences.ts';
import { closeSeen, wantList } from './requests.ts';
import { movedFrom } from './spellings.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';
import { addUserAddress, changeUser, removeUserAddress, userOf } from './users.ts';
import { concernedBy, sayWay } from './way-levels.ts';

type Of<K extends SubscriptionChange['kind']> = Extract<SubscriptionChange, { kind: K }>;

const nonmember = query((p: { list: number; address: number }) =>
  q
    .deleteFrom('member')
    .where('list', '=', p.list)
    .where('address', '=', p.address)
    .where('role', '=', 'nonmember'),
);
const everyMembership = query((p: { address: number }) =>
  q
    .selectFrom('member')
    .innerJoin('list', 'list.seq', 'member.list')
    .select(['list.id as list', 'member.role'])
    .where('member.address', '=', p.address)
    .orderBy('member.number'),
);
const mute = query((p: { member: number; thread: string; at: number }) =>
  q
    .insertInto('mute')
    .values({ member: p.member, thread: p.thread, at: p.at })
    .onConflict((conflict) => conflict.doNothing()),
);
const unmute = query((p: { member: number; thread: string }) =>
  q.deleteFrom('mute').where('member', '=', p.member).where('thread', '=', p.thread),
);
const oldestMutes = query((p: { member: number; keep: number }) =>
  q
    .deleteFrom('mute')
    .where('member', '=', p.member)
    .where('thread', 'not in', (e) =>
      e
        .selectFrom('mute')
        .select('thread')
        .where('member', '=', p.member)
        .orderBy('at', 'desc')
        .limit(p.keep),
    ),
);
const rest = query((p: { member: number; starts: number; ends: number }) =>
  q
    .insertInto('pause')
    .values({ member: p.member, starts: p.starts, ends: p.ends })
    .onConflict((conflict) =>
      conflict.column('member').doUpdateSet({ starts: p.starts, ends: p.ends }),
    ),
);
const deliver = query((p: { member: number; status: DeliveryStatus; now: number }) =>
  q
    .updateTable('member')
    .set({ status: p.status, status_since: p.now })
    .where('number', '=', p.member),
);
const wake = query((p: { member: number }) => q.deleteFrom('pause').where('member', '=', p.member));

/** Threads that one member has muted; the oldest is heard again. */
const maxMutes = 500;

/** Somebody is a member now. What the view showed must still hold. */
export function applyJoined(books: Books, change: Of<'joined'>): undefined {
  const { db, now } = books;
  const { address, note } = change;
  const list = wantList(books, change.list);
  const key = addressKey(address);
  closeSeen(books, list, key, 'subscription', change.seen);
  if (bansOf(db, list, [address]).length > 0) throw new StaleView(`${address} is banned now`);
  const name = change.name.slice(0, 200);
  const by = { now, cause: books.cause };
  if (!addMember(db, by, list, 'member', address, { name })) {
    throw new StaleView(`${address} is a member already`);
  }
  const seq = ensureAddress(db, address, now);
  db.run(nonmember, { list: list.seq, address: seq });
  verifyAddress(db, seq, now);
  noteConsent(db, by, { list: list.view.id, address, key, event: 'joined' }, note);
}

/** Ends a membership, and the request to end it. */
export function applyLeft(books: Books, change: Of<'left'>): undefined {
  const { db, now, cause } = books;
  const list = wantList(books, change.list);
  const key = addressKey(change.address);
  closeSeen(books, list, key, 'subscription', change.seen);
  if (!memberOf(db, list, 'member', key)) throw new StaleView(`${key} is no member any more`);
  removeMember(db, { now, cause }, list, 'member', key);
  const what = { list: list.view.id, address: change.address, key, event: 'left' } as const;
  noteConsent(db, { now, cause }, what, change.note);
}

/** Mail has reached an address; of one that is nobody's by now nothing is kept. */
export function applyVerified({ db, now }: Books, { address }: Of<'verified'>): undefined {
  const seq = addressSeq(db, address);
  if (seq !== undefined) verifyAddress(db, seq, now);
}

/** Changes whether a member gets mail: here, or wherever his address or its user is a member. */
export function applyDelivery(books: Books, change: Of<'delivery'>): undefined {
  const place = wantPlace(books, change.list, change.key);
  const { db, now } = books;
  for (const { member, status } of concernedBy(db, place, change.level)) {
    db.run(wake, { member });
    if (change.pause) {
      db.run(rest, { member, starts: change.pause.from, ends: change.pause.until });
      continue;
    }
    const wanted = change.on ? 'enabled' : 'by-member';
    // Elsewhere he takes back only what he said himself.
    if (member !== place.member && status !== (change.on ? 'by-member' : 'enabled')) continue;
    if (status !== wanted) db.run(deliver, { member, status: wanted, now });
  }
}

/** Changes how a member gets postings, from the next one on. */
export function applyWay(books: Books, change: Of<'way'>): undefined {
  const place = wantPlace(books, change.list, change.key);
  const { db, lists } = books;
  for (const name of wayNames) {
    const value = change[name];
    if (value !== undefined) sayWay(db, lists, place, change.level, name, value);
  }
}

function wantPlace(books: Books, id: string, key: AddressKey): Place {
  const place = findPlace(books.db, wantList(books, id), key);
  if (!place) throw new StaleView(`${key} is no member of ${id} any more`);
  return place;
}

/** Keeps a thread from a member, or no longer. */
export function applyMuted(books: Books, { list, key, thread, on }: Of<'muted'>): undefined {
  const { db, now } = books;
  const { number: member } = wantMember(books, list, key);
  if (!on) {
    db.run(unmute, { member, thread });
    return;
  }
  db.run(mute, { member, thread, at: now });
  db.run(oldestMutes, { member, keep: maxMutes });
}

function wantMember(books: Books, id: string, key: AddressKey): { list: Known; number: number } {
  const list = wantList(books, id);
  const found = memberOf(books.db, list, 'member', key);
  if (!found) throw new StaleView(`${key} is no member of ${id} any more`);
  return { list, number: found.number };
}

/** Every membership of one address becomes the other's, where nothing speaks against it. */
export function applyMoved(books: Books, { list, from, to, seen }: Of<'moved'>): undefined {
  const { db, lists, now, cause } = books;
  const by = { now, cause };
  closeSeen(books, wantList(books, list), addressKey(to), 'move', seen);
  const old = addressSeq(db, from);
  if (old === undefined) throw new StaleView(`${from} is not known any more`);
  const fresh = ensureAddress(db, to, now);
  verifyAddress(db, fresh, now);
  carryPreferences(db, old, fresh);
  for (const { list: id, role } of db.all(everyMembership, { address: old })) {
    moveOne(books, id, role, from, to);
  }
  const owner = userOf(db, from);
  if (owner && !userOf(db, to)) {
    addUserAddress({ db, lists, by }, owner.number, to);
    const wasPreferred = owner.addresses.some((one) => one.preferred && one.address === from);
    if (wasPreferred) changeUser({ db, lists, by }, owner.number, { preferred: to });
    removeUserAddress(db, by, owner.number, from);
  }
  forgetAddress(db, old);
}

function moveOne(books: Books, id: string, role: Role, from: Address, to: Address): void {
  const { db, now, cause } = books;
  const list = wantList(books, id);
  if (bansOf(db, list, [to]).length > 0) return;
  const by = { now, cause };
  const key = addressKey(from);
  const isThere = memberOf(db, list, role, addressKey(to)) !== undefined;
  if (isThere) removeMember(db, by, list, role, key);
  else changeMember(db, by, list, role, key, { address: to });
  if (role !== 'member') return;
  const note = { way: `${movedFrom}${from}`, asked: '', confirmed: '' };
  const what = { list: list.view.id, address: to, key: addressKey(to), event: 'joined' } as const;
  noteConsent(db, by, what, note);
}

const overPauses = query((p: { now: number; limit: number }) =>
  q
    .deleteFrom('pause')
    .where('member', 'in', (e) =>
      e.selectFrom('pause').select('member').where('ends', '<=', p.now).limit(p.limit),
    ),
);
const countPauses = query((p: { now: number }) =>
  q
    .selectFrom('pause')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('ends', '<=', p.now),
);

/** Forgets pauses that are over, a page of them. */
export function endPauses(db: Database, now: number, limit: number): number {
  return db.run(overPauses, { now, limit }).changes;
}

/** How many are over. */
export function oldPauses(db: Database, now: number): number {
  return db.get(countPauses, { now })?.count ?? 0;
}

/** Whether an address has shown that mail reaches its owner. */
export function isVerified(db: Database, address: Address): boolean {
  const seq = addressSeq(db, address);
  return seq !== undefined && (db.get(verifiedAt, { seq })?.verified ?? null) !== null;
}

const verifiedAt = query((p: { seq: number }) =>
  q.selectFrom('address').select('verified').where('seq', '=', p.seq),
);
