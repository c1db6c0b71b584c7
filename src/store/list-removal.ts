/** What hangs on a list that is removed: a hundred thousand rows go chunk by chunk, it goes last. */
import { removeList } from './list-admin.ts';
import { Lists } from './lists.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

/** Rows that go in one transaction; a member takes rows of other tables along. */
const chunkRows = 500;

type Some = { list: number; limit: number };

/** Some rows of a list in a table where each has a number of its own. */
function rowsOf(table: 'refusal' | 'bounce_event' | 'seen' | 'digest_posting', p: Some) {
  return q.selectFrom(table).select('seq').where('list', '=', p.list).limit(p.limit);
}

const parts = [
  query((p: Some) =>
    q
      .deleteFrom('bulk_member')
      .where('bulk', 'in', q.selectFrom('bulk').select('number').where('list', '=', p.list))
      .where('key', 'in', (e) =>
        e
          .selectFrom('bulk_member as one')
          .innerJoin('bulk', 'bulk.number', 'one.bulk')
          .select('one.key')
          .where('bulk.list', '=', p.list)
          .limit(p.limit),
      ),
  ),
  query((p: Some) =>
    q
      .deleteFrom('member')
      .where('number', 'in', (e) =>
        e.selectFrom('member').select('number').where('list', '=', p.list).limit(p.limit),
      ),
  ),
  query((p: Some) =>
    q
      .deleteFrom('posting')
      .where('list', '=', p.list)
      .where('number', 'in', (e) =>
        e.selectFrom('posting').select('number').where('list', '=', p.list).limit(p.limit),
      ),
  ),
  query((p: Some) =>
    q
      .updateTable('mailing')
      .set({ list: null })
      .where('id', 'in', (e) =>
        e.selectFrom('mailing').select('id').where('list', '=', p.list).limit(p.limit),
      ),
  ),
  query((p: Some) => q.deleteFrom('refusal').where('seq', 'in', rowsOf('refusal', p))),
  query((p: Some) => q.deleteFrom('bounce_event').where('seq', 'in', rowsOf('bounce_event', p))),
  query((p: Some) => q.deleteFrom('seen').where('seq', 'in', rowsOf('seen', p))),
  query((p: Some) =>
    q.deleteFrom('digest_posting').where('seq', 'in', rowsOf('digest_posting', p)),
  ),
  query((p: Some) =>
    q
      .deleteFrom('poster')
      .where('list', '=', p.list)
      .where('author', 'in', (e) =>
        e.selectFrom('poster').select('author').where('list', '=', p.list).limit(p.limit),
      ),
  ),
] as const;

const countMembers = query((p: Some) =>
  q
    .selectFrom((e) =>
      e.selectFrom('member').select('number').where('list', '=', p.list).limit(p.limit).as('some'),
    )
    .select((e) => e.fn.countAll<number>().as('count')),
);
const countPostings = query((p: Some) =>
  q
    .selectFrom((e) =>
      e.selectFrom('posting').select('number').where('list', '=', p.list).limit(p.limit).as('some'),
    )
    .select((e) => e.fn.countAll<number>().as('count')),
);

/** Whether a list has so few rows that they can go at once. */
export function isSmall(db: Database, list: number): boolean {
  const some = { list, limit: chunkRows };
  return [countMembers, countPostings].every((count) => {
    return (db.get(count, some)?.count ?? 0) < chunkRows;
  });
}

/** Carries out the removal of a list that was decided. */
export async function removeListRows(
  db: Database,
  order: { list: number; id: string; cause: string; at: number },
  breath: () => Promise<unknown>,
): Promise<void> {
  const { list, cause, at: now } = order;
  for (const part of parts) {
    while (db.transaction(() => db.run(part, { list, limit: chunkRows })).changes > 0) {
      await breath();
    }
  }
  // What was decided about it goes with it.
  removeList(db, { cause, now }, new Lists(db).want(order.id));
}
