/** Removing a set of members, and the lines about many who came or went. */
import type { Role } from '../model/list.ts';
import type { Consent } from '../model/request.ts';
import { q, query, sql } from './sql.ts';
import { listOf, missing, present } from './stage-sets.ts';

const numbersGone = q.selectFrom('gone').select('number');
const goneColumns = ['number', 'address'] as const;
export const takeMissing = query((p: { list: number; role: Role }) =>
  q
    .insertInto('gone')
    .columns(goneColumns)
    .expression(missing(p.list, p.role).select(['member.number', 'member.address'])),
);
/** Notes which members the staged addresses are. */
export const takeStaged = query((p: { list: number }) =>
  q
    .insertInto('gone')
    .columns(goneColumns)
    .expression(present(p.list).select(['member.number', 'member.address'])),
);
/** Has those leave in bulk whom the staged addresses do not name. */
export const noteMissing = query((p: { list: number; role: Role }) =>
  q
    .insertInto('leaving')
    .columns(['key', 'role', 'address'])
    .expression(
      missing(p.list, p.role)
        .select(['address.key', 'member.role', 'address.address'])
        .orderBy('address.key'),
    ),
);
/** Has those leave in bulk who are staged, and nobody come. */
export const noteStaged = [
  query(() =>
    q
      .insertInto('leaving')
      .columns(['key', 'role', 'address'])
      .expression(q.selectFrom('staged').select(['key', 'role', 'address']).orderBy('key')),
  ),
  query(() => q.deleteFrom('staged')),
] as const;
/** Ends the memberships that were noted. */
export const removeGone = query(() => q.deleteFrom('member').where('number', 'in', numbersGone));
/** Addresses of those who went, where nobody else has them. */
export const removeUnusedAddresses = query(() =>
  q
    .deleteFrom('address')
    .where('seq', 'in', q.selectFrom('gone').select('address'))
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('member').select('number').whereRef('address', '=', 'address.seq'))),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(selectFrom('user_address').select('user').whereRef('address', '=', 'address.seq')),
      ),
    ),
);

const logColumns = ['at', 'cause', 'list', 'kind', 'subject', 'detail'] as const;

function logLines(p: { id: string; now: number; cause: string }, kind: string) {
  return q
    .selectFrom('member')
    .innerJoin('address', 'address.seq', 'member.address')
    .select((e) => [
      e.val(p.now).as('at'),
      e.val(p.cause).as('cause'),
      e.val(p.id).as('list'),
      e.val(kind).as('kind'),
      'address.address',
      sql<string>`json_object('role', member.role)`.as('detail'),
    ]);
}

type Newest = { list: number; id: string; now: number; cause: string; after: number };

/** Has members of the list with higher numbers than `after` in the log. */
export const logAdded = query((p: Newest) =>
  q
    .insertInto('change_log')
    .columns(logColumns)
    .expression(
      logLines(p, 'member-added')
        .where(listOf, '=', p.list)
        .where('member.number', '>', p.after)
        .orderBy('member.number'),
    ),
);
export const logRemoved = query((p: { id: string; now: number; cause: string }) =>
  q
    .insertInto('change_log')
    .columns(logColumns)
    .expression(logLines(p, 'member-removed').where('member.number', 'in', numbersGone)),
);

const consentColumns = [
  'list',
  'key',
  'address',
  'event',
  'at',
  'way',
  'cause',
  'asked',
  'confirmed',
] as const;

function consents(
  p: { id: string; now: number; cause: string; way: string },
  event: Consent['event'],
) {
  return q
    .selectFrom('member')
    .innerJoin('address', 'address.seq', 'member.address')
    .select((e) => [
      e.val(p.id).as('list'),
      'address.key',
      'address.address',
      e.val(event).as('event'),
      e.val(p.now).as('at'),
      e.val(p.way).as('way'),
      e.val(p.cause).as('cause'),
      e.val('').as('asked'),
      e.val('').as('confirmed'),
    ])
    .where('member.role', '=', 'member');
}

type Ways = { id: string; now: number; cause: string; way: string };

/** How members with higher numbers than `after` came onto the list. */
export const consentAdded = query((p: Ways & { list: number; after: number }) =>
  q
    .insertInto('consent')
    .columns(consentColumns)
    .expression(
      consents(p, 'joined').where(listOf, '=', p.list).where('member.number', '>', p.after),
    ),
);
/** How those who were noted left it. */
export const consentRemoved = query((p: Ways) =>
  q
    .insertInto('consent')
    .columns(consentColumns)
    .expression(consents(p, 'left').where('member.number', 'in', numbersGone)),
);
