/** Who is what on a list. */
import type { Address, AddressKey } from '../mail/address.ts';
import type { Rhythm } from '../model/digest.ts';
import type { ListId } from '../model/ids.ts';
import {
  type DeliveryMode,
  type DeliveryStatus,
  type MemberView,
  type PostAction,
  type Role,
  roles,
} from '../model/list.ts';
import { type Options, wayNames } from '../model/preferences.ts';
import type { Known } from './lists.ts';
import { adHoc, q, query, sql } from './sql.ts';
import type { Database } from './sqlite.ts';

/** A membership with what only people ask for. */
export type MemberRecord = MemberView & {
  readonly statusSince: number;
  /** What is said of him for this membership, by himself or by those who run the list. */
  readonly options: Options;
  readonly attributes: Readonly<Record<string, string>>;
  readonly joined: number;
  /** What made him a member: a cause. */
  readonly source: string;
};

/** What `memberships` selects, in this order: long listings are read as arrays, twice as fast. */
const memberColumns = [
  'list.id',
  'member.number',
  'member.role',
  'address.address',
  'address.key',
  'member.name',
  'member.mode',
  'member.status',
  'member.status_since',
  'member.action',
  'member.attributes',
  'member.joined',
  'member.source',
  'member.rhythm',
] as const;
type MemberRow = readonly [
  list: ListId,
  number: number,
  role: Role,
  address: Address,
  key: AddressKey,
  name: string,
  mode: DeliveryMode,
  status: DeliveryStatus,
  statusSince: number,
  action: PostAction,
  attributes: string,
  joined: number,
  source: string,
  rhythm: Rhythm,
  options: string,
];

/** Members with their addresses and lists: where every query about them begins. */
export function memberships() {
  return q
    .selectFrom('member')
    .innerJoin('address', 'address.seq', 'member.address')
    .innerJoin('list', 'list.seq', 'member.list')
    .select(memberColumns)
    .select((e) =>
      e
        .selectFrom('preference')
        .select(sql<string>`json_group_object(preference.name, preference.value)`.as('options'))
        .whereRef('preference.member', '=', 'member.number')
        .where('preference.name', 'not in', wayNames)
        .as('options'),
    );
}

/** The database holds what was checked when it came in; here it gets its types back. */
export function recordOf(cells: readonly unknown[]): MemberRecord {
  // By place and not by a pattern: this runs for each of a million rows, cold.
  const row = cells as MemberRow;
  return {
    number: row[1],
    list: row[0],
    role: row[2],
    address: row[3],
    key: row[4],
    name: row[5],
    mode: row[6],
    rhythm: row[13],
    status: row[7],
    action: row[9],
    statusSince: row[8],
    attributes: row[10] === '{}' ? {} : (JSON.parse(row[10]) as Record<string, string>),
    joined: row[11],
    source: row[12],
    options: row[14] === '{}' ? {} : (JSON.parse(row[14]) as Options),
  };
}

const ofAddress = query((p: { list: number; key: string }) =>
  memberships()
    .where('address.key', '=', p.key)
    .where('member.list', '=', p.list)
    .orderBy('member.role'),
);
const inRole = query((p: { list: number; key: string; role: string }) =>
  memberships()
    .where('address.key', '=', p.key)
    .where('member.list', '=', p.list)
    .where('member.role', '=', p.role as Role),
);

const numbered = query((p: { number: number }) =>
  memberships().where('member.number', '=', p.number),
);

/** The membership with this number, whichever list it is on. */
export function memberNumbered(db: Database, number: number): MemberRecord | undefined {
  const [row] = db.rows(numbered, { number });
  return row ? recordOf(row) : undefined;
}

/** What an address is on a list. */
export function membershipsOf(db: Database, list: Known, key: AddressKey): MemberRecord[] {
  return db.rows(ofAddress, { list: list.seq, key }).map(recordOf);
}

/** One membership, by its role. */
export function memberOf(
  db: Database,
  list: Known,
  role: Role,
  key: AddressKey,
): MemberRecord | undefined {
  const [row] = db.rows(inRole, { list: list.seq, key, role });
  return row ? recordOf(row) : undefined;
}

/** Which members are asked for; what is left out does not matter. */
export type MemberFilter = {
  readonly list?: Known | undefined;
  readonly role?: Role | undefined;
  readonly mode?: DeliveryMode | undefined;
  readonly status?: DeliveryStatus | undefined;
  readonly key?: AddressKey | undefined;
  /** Part of an address or a name; `*` stands for anything. */
  readonly text?: string | undefined;
  /** Only members with higher numbers. */
  readonly after?: number | undefined;
};

const page = 1000;

/** Members in the order in which they joined, page by page. Without a role: role after role. */
export async function* findMembers(
  db: Database,
  filter: MemberFilter,
): AsyncGenerator<MemberRecord> {
  // With the role given, a list's members are read straight off an index, in order.
  if (filter.list !== undefined && filter.role === undefined) {
    for (const role of roles) yield* findMembers(db, { ...filter, role });
    return;
  }
  for (let after = filter.after ?? 0; ; ) {
    const rows = db.rows(adHoc(onePage(filter, after)), {});
    for (const row of rows) {
      const record = recordOf(row);
      after = record.number;
      yield record;
    }
    if (rows.length < page) return;
  }
}

function onePage(filter: MemberFilter, after: number) {
  let found = memberships().where('member.number', '>', after).orderBy('member.number').limit(page);
  if (filter.list) found = found.where('member.list', '=', filter.list.seq);
  if (filter.role) found = found.where('member.role', '=', filter.role);
  if (filter.key) found = found.where('address.key', '=', filter.key);
  if (filter.mode) found = found.where('member.mode', '=', filter.mode);
  if (filter.status) found = found.where('member.status', '=', filter.status);
  if (filter.text === undefined) return found;
  const form = globOf(filter.text);
  return found.where((e) =>
    e.or([
      sql<boolean>`${e.ref('address.key')} glob ${form}`,
      sql<boolean>`lower(${e.ref('member.name')}) glob ${form}`,
    ]),
  );
}

/** `ann` finds it anywhere; `*@x.org` and `ann*` say where. */
function globOf(text: string): string {
  const form = text.toLowerCase().replaceAll(/[[?]/g, '[$&]');
  return form.includes('*') ? form : `*${form}*`;
}

const counts = query((p: { list: number }) =>
  q
    .selectFrom('member')
    .select(['role'])
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('list', '=', p.list)
    .groupBy('role'),
);

/** How many there are in each role. */
export function countMembers(db: Database, list: Known): Readonly<Record<Role, number>> {
  const found = { member: 0, owner: 0, moderator: 0, nonmember: 0 };
  for (const { role, count } of db.all(counts, { list: list.seq })) found[role] = count;
  return found;
}

const attributes = query((p: { list: number }) =>
  q
    .selectFrom('member')
    .innerJoin(sql<{ key: string }>`json_each(member.attributes)`.as('each'), (join) =>
      join.onTrue(),
    )
    .select('each.key')
    .distinct()
    .where('member.list', '=', p.list)
    .orderBy('each.key')
    .limit(maxAttributes),
);
/** Different attributes that one list keeps of its members. */
const maxAttributes = 500;

/** What is kept of any member of a list besides what every list has. */
export function attributeNames(db: Database, list: Known): string[] {
  return db.all(attributes, { list: list.seq }).map(({ key }) => key);
}
