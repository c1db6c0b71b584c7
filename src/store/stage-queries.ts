/** The queries of stage.ts: whole sets of members, moved by the database itself. */

import type { Rhythm } from '../model/digest.ts';
import type { DeliveryMode, DeliveryStatus, PostAction, Role } from '../model/list.ts';
import type { PreferenceName, WayName } from '../model/preferences.ts';
import { q, query, sql } from './sql.ts';
import { absent, differs, missing, present } from './stage-sets.ts';

export const createTables = `
create temp table if not exists staged (
  line integer primary key,
  address text not null,
  key text not null,
  role text not null,
  name text,
  mode text,
  rhythm text,
  status text,
  action text,
  options text,
  attributes text,
  unique (key, role)
) strict;
create temp table if not exists leaving (
  key text not null,
  role text not null,
  address text not null,
  primary key (key, role)
) strict, without rowid;
create temp table if not exists gone (number integer primary key, address integer not null) strict;
`;

/** Puts one line of a file on the stage. */
export const stageOne = query(
  (p: {
    line: number;
    address: string;
    key: string;
    role: Role;
    name: string | null;
    mode: DeliveryMode | null;
    rhythm: Rhythm | null;
    status: DeliveryStatus | null;
    action: PostAction | null;
    options: string | null;
    attributes: string | null;
  }) =>
    q
      .insertInto('staged')
      .values({
        line: p.line,
        address: p.address,
        key: p.key,
        role: p.role,
        name: p.name,
        mode: p.mode,
        rhythm: p.rhythm,
        status: p.status,
        action: p.action,
        options: p.options,
        attributes: p.attributes,
      })
      .onConflict((conflict) => conflict.doNothing()),
);

/** Makes the addresses that are new. */
export const insertAddresses = query((p: { now: number }) =>
  q
    .insertInto('address')
    .columns(['address', 'key', 'created'])
    .expression(
      q
        .selectFrom('staged')
        .select((e) => ['address', 'key', e.val(p.now).as('created')])
        // Without a condition SQLite takes "on conflict" for part of a join.
        .where(sql<boolean>`true`)
        .orderBy('line'),
    )
    .onConflict((conflict) => conflict.column('key').doNothing()),
);

/** What somebody said for his address, or for all of his addresses. */
const saidOf = (name: WayName) => sql<string>`coalesce(
  (select value from preference where preference.address = address.seq and name = ${sql.lit(name)}),
  (select value from preference where name = ${sql.lit(name)} and preference.user =
    (select user from user_address where user_address.address = address.seq)))`;

type NewMembers = { list: number; mode: DeliveryMode; now: number; cause: string };

/** Makes members of those who are none. */
export const insertMembers = query((p: NewMembers) =>
  q
    .insertInto('member')
    .columns([
      'list',
      'role',
      'address',
      'name',
      'mode',
      'rhythm',
      'status',
      'status_since',
      'action',
      'attributes',
      'joined',
      'source',
    ])
    .expression(
      q
        .selectFrom('staged')
        .innerJoin('address', 'address.key', 'staged.key')
        .select((e) => [
          e.val(p.list).as('list'),
          'staged.role',
          'address.seq',
          e.fn.coalesce('staged.name', e.val('')).as('name'),
          e.fn.coalesce('staged.mode', saidOf('mode'), e.val(p.mode)).as('mode'),
          e.fn.coalesce('staged.rhythm', saidOf('rhythm'), e.val<Rhythm>('list')).as('rhythm'),
          e.fn.coalesce('staged.status', e.val<DeliveryStatus>('enabled')).as('status'),
          e.val(p.now).as('status_since'),
          e.fn.coalesce('staged.action', e.val<PostAction>('default')).as('action'),
          e.fn.coalesce('staged.attributes', e.val('{}')).as('attributes'),
          e.val(p.now).as('joined'),
          e.val(p.cause).as('source'),
        ])
        .where(sql<boolean>`true`)
        .orderBy('staged.line'),
    )
    .onConflict((conflict) => conflict.doNothing()),
);

/** Changes those who are members and stand in the file otherwise. */
export const updateMembers = query((p: { list: number; now: number }) =>
  q
    .updateTable('member')
    .from('staged')
    .innerJoin('address', 'address.key', 'staged.key')
    .set((e) => ({
      name: e.fn.coalesce('staged.name', 'member.name'),
      mode: e.fn.coalesce('staged.mode', 'member.mode'),
      rhythm: e.fn.coalesce('staged.rhythm', 'member.rhythm'),
      status: e.fn.coalesce('staged.status', 'member.status'),
      status_since: e
        .case()
        .when('staged.status', '<>', e.ref('member.status'))
        .then(p.now)
        .else(e.ref('member.status_since'))
        .end(),
      action: e.fn.coalesce('staged.action', 'member.action'),
      attributes: sql<string>`coalesce(
        json_patch(member.attributes, staged.attributes), member.attributes)`,
    }))
    .whereRef('member.address', '=', 'address.seq')
    .where('member.number', 'in', present(p.list).select('member.number'))
    .whereRef('member.role', '=', 'staged.role')
    .where(differs),
);

/** What the lines say of options, for those with higher numbers than `after`. */
export const takeOptions = query((p: { list: number; after: number; mode: DeliveryMode }) =>
  q
    .insertInto('preference')
    .columns(['member', 'name', 'value'])
    .expression(
      present(p.list)
        .innerJoin(
          sql<{ key: PreferenceName | WayName; value: string }>`json_each(staged.options)`.as(
            'each',
          ),
          (join) => join.onTrue(),
        )
        .select(['member.number', 'each.key', 'each.value'])
        .where('staged.options', 'is not', null)
        // A file that names the mode of everybody says nothing with that of the list.
        .where(sql<boolean>`(
          each.key not in ('mode', 'rhythm')
          or each.value <> case each.key when 'mode' then ${p.mode} else 'list' end
          or exists (select 1 from preference as own
            where own.member = member.number and own.name = each.key))`)
        .where('member.number', '>', p.after),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['member', 'name'])
        .where('member', 'is not', null)
        .doUpdateSet((e) => ({ value: e.ref('excluded.value') })),
    ),
);

/** How many came in. */
export const countStaged = query(() =>
  q.selectFrom('staged').select((e) => e.fn.countAll<number>().as('count')),
);
/** How many would change. */
export const countChanged = query((p: { list: number }) =>
  present(p.list)
    .select((e) => e.fn.countAll<number>().as('count'))
    .where(differs),
);
/** How many would be added. */
export const countAdded = query((p: { list: number }) =>
  absent(p.list).select((e) => e.fn.countAll<number>().as('count')),
);
/** How many members the file does not name. */
export const countMissing = query((p: { list: number; role: Role }) =>
  missing(p.list, p.role).select((e) => e.fn.countAll<number>().as('count')),
);
/** How many members there are in a role. */
export const countInRole = query((p: { list: number; role: Role }) =>
  q
    .selectFrom('member')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('list', '=', p.list)
    .where('role', '=', p.role),
);

/** Some of those who would be added. */
export const pageAdded = query((p: { list: number; after: number; limit: number }) =>
  absent(p.list)
    .select(['staged.line', 'staged.address'])
    .where('staged.line', '>', p.after)
    .orderBy('staged.line')
    .limit(p.limit),
);
/** Some of those who would be removed. */
export const pageGone = query((p: { list: number; role: Role; after: number; limit: number }) =>
  missing(p.list, p.role)
    .select(['member.number', 'address.address'])
    .where('member.number', '>', p.after)
    .orderBy('member.number')
    .limit(p.limit),
);
