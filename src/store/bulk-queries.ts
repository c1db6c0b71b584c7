/** The queries of bulk.ts: what waits there, and how it gets in and out again. */
import type { DeliveryMode } from '../model/list.ts';
import { q, query } from './sql.ts';

const wished = [
  'key',
  'role',
  'address',
  'name',
  'mode',
  'rhythm',
  'status',
  'action',
  'options',
  'attributes',
] as const;

/** Puts an order down, with nothing in it. */
export const insertBulk = query(
  (p: {
    what: 'members' | 'list';
    list: number;
    mode: DeliveryMode;
    updates: 0 | 1;
    cause: string;
    way: string;
    at: number;
    decided: 0 | 1;
  }) =>
    q.insertInto('bulk').values({
      what: p.what,
      list: p.list,
      mode: p.mode,
      updates: p.updates,
      cause: p.cause,
      way: p.way,
      at: p.at,
      decided: p.decided,
    }),
);
export const decide = query((p: { number: number }) =>
  q.updateTable('bulk').set({ decided: 1 }).where('number', '=', p.number),
);
export const firstBulk = query(() =>
  q
    .selectFrom('bulk')
    .innerJoin('list', 'list.seq', 'bulk.list')
    .selectAll('bulk')
    .select('list.id')
    .orderBy('bulk.number')
    .limit(1),
);
export const bulkNumbered = query((p: { number: number }) =>
  q
    .selectFrom('bulk')
    .innerJoin('list', 'list.seq', 'bulk.list')
    .selectAll('bulk')
    .select('list.id')
    .where('bulk.number', '=', p.number),
);
export const tallyBulk = query(
  (p: { number: number; added: number; changed: number; removed: number }) =>
    q
      .updateTable('bulk')
      .set((e) => ({
        added: e('added', '+', p.added),
        changed: e('changed', '+', p.changed),
        removed: e('removed', '+', p.removed),
      }))
      .where('number', '=', p.number),
);
export const removeBulk = query((p: { number: number }) =>
  q.deleteFrom('bulk').where('number', '=', p.number),
);

/** The last key of the next `limit + 1` that are staged, or leave, or wait. */
export const stagedUpTo = query((p: { after: string; skip: number }) =>
  q
    .selectFrom('staged')
    .select('key')
    .where('key', '>', p.after)
    .orderBy('key')
    .limit(1)
    .offset(p.skip),
);
export const leavingUpTo = query((p: { after: string; skip: number }) =>
  q
    .selectFrom('leaving')
    .select('key')
    .where('key', '>', p.after)
    .orderBy('key')
    .limit(1)
    .offset(p.skip),
);
export const waitingUpTo = query((p: { bulk: number; skip: number }) =>
  q
    .selectFrom('bulk_member')
    .select('key')
    .where('bulk', '=', p.bulk)
    .orderBy('key')
    .limit(1)
    .offset(p.skip),
);
export const countWaiting = query((p: { bulk: number }) =>
  q
    .selectFrom('bulk_member')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('bulk', '=', p.bulk),
);

type Span = { bulk: number; after: string; upTo: string };

/** Has those with keys between two wait to come in. */
export const waitStaged = query((p: Span) =>
  q
    .insertInto('bulk_member')
    .columns(['bulk', 'gone', ...wished])
    .expression(
      q
        .selectFrom('staged')
        .select((e) => [e.val(p.bulk).as('bulk'), e.val<0 | 1>(0).as('gone'), ...wished])
        .where('key', '>', p.after)
        .where('key', '<=', p.upTo)
        .orderBy('key')
        .orderBy('role'),
    ),
);
/** The same, to go. */
export const waitLeaving = query((p: Span) =>
  q
    .insertInto('bulk_member')
    .columns(['bulk', 'gone', 'key', 'role', 'address'])
    .expression(
      q
        .selectFrom('leaving')
        .select((e) => [e.val(p.bulk).as('bulk'), e.val<0 | 1>(1).as('gone')])
        .select(['key', 'role', 'address'])
        .where('key', '>', p.after)
        .where('key', '<=', p.upTo)
        .orderBy('key')
        .orderBy('role'),
    ),
);

type Chunk = { bulk: number; upTo: string };

/** Stages a chunk of those who come in. */
export const stageChunk = query((p: Chunk) =>
  q
    .insertInto('staged')
    .columns(wished)
    .expression(
      q
        .selectFrom('bulk_member')
        .select(wished)
        .where('bulk', '=', p.bulk)
        .where('key', '<=', p.upTo)
        .where('gone', '=', 0)
        .orderBy('key')
        .orderBy('role'),
    ),
);
/** Notes which members the chunk of those are who go. */
export const takeChunk = query((p: Chunk & { list: number }) =>
  q
    .insertInto('gone')
    .columns(['number', 'address'])
    .expression(
      q
        .selectFrom('bulk_member')
        .innerJoin('address', 'address.key', 'bulk_member.key')
        .innerJoin('member', (join) =>
          join
            .onRef('member.address', '=', 'address.seq')
            .on('member.list', '=', p.list)
            .onRef('member.role', '=', 'bulk_member.role'),
        )
        .select(['member.number', 'member.address'])
        .where('bulk_member.bulk', '=', p.bulk)
        .where('bulk_member.key', '<=', p.upTo)
        .where('bulk_member.gone', '=', 1),
    ),
);
export const dropChunk = query((p: Chunk) =>
  q.deleteFrom('bulk_member').where('bulk', '=', p.bulk).where('key', '<=', p.upTo),
);
export const clearStaged = query(() => q.deleteFrom('staged'));
export const clearGone = query(() => q.deleteFrom('gone'));
