/** What maintenance asks of digests: which streams are due, and what nobody needs any more. */

import type { Rhythm, StreamRecord } from '../model/digest.ts';
import { dueBefore } from '../model/digest-time.ts';
import { listId } from '../model/ids.ts';
import type { Lists } from './lists.ts';
import { q, query, sql } from './sql.ts';
import type { Database } from './sqlite.ts';

/** Streams looked at, and rows forgotten, at a time. */
const page = 500;

const streams = query((p: { list: number; rhythm: string; limit: number }) =>
  q
    .selectFrom('digest_stream as stream')
    .innerJoin('list', 'list.seq', 'stream.list')
    .select(['stream.list as seq', 'list.id as list', 'stream.rhythm', 'stream.volume'])
    .select(['stream.number', 'stream.issued'])
    .select((e) =>
      e
        .selectFrom('digest_posting as one')
        .select(sql<number>`count(*)`.as('n'))
        .whereRef('one.list', '=', 'stream.list')
        .whereRef('one.seq', '>', 'stream.done')
        .as('postings'),
    )
    .select((e) =>
      e
        .selectFrom('digest_posting as one')
        .select(sql<number>`coalesce(sum(one.bytes), 0)`.as('bytes'))
        .whereRef('one.list', '=', 'stream.list')
        .whereRef('one.seq', '>', 'stream.done')
        .as('bytes'),
    )
    .select((e) =>
      e
        .selectFrom('digest_posting as one')
        .select('one.at')
        .whereRef('one.list', '=', 'stream.list')
        .whereRef('one.seq', '>', 'stream.done')
        .orderBy('one.seq')
        .limit(1)
        .as('oldest'),
    )
    .where((e) =>
      e.or([
        e('stream.list', '>', p.list),
        e.and([e('stream.list', '=', p.list), e('stream.rhythm', '>', p.rhythm as Rhythm)]),
      ]),
    )
    .orderBy('stream.list')
    .orderBy('stream.rhythm')
    .limit(p.limit),
);

/** All streams, with what waits in each. */
export function* allStreams(db: Database, lists: Lists): Generator<StreamRecord> {
  let last = { list: 0, rhythm: '' };
  for (;;) {
    const rows = db.all(streams, { ...last, limit: page });
    for (const row of rows) {
      const settings = lists.find(row.list)?.view.settings;
      if (!settings) continue;
      yield {
        list: listId(row.list),
        rhythm: row.rhythm,
        postings: row.postings ?? 0,
        bytes: row.bytes ?? 0,
        volume: row.volume,
        number: row.number,
        issued: row.issued,
        oldest: row.oldest,
      };
    }
    const end = rows.at(-1);
    if (!end || rows.length < page) return;
    last = { list: end.seq, rhythm: end.rhythm };
  }
}

/** Streams in which something waits that was there at the time for which they are set. */
export function* dueStreams(db: Database, lists: Lists, now: number): Generator<StreamRecord> {
  for (const stream of allStreams(db, lists)) {
    if (isDue(lists, stream, now)) yield stream;
  }
}

function isDue(
  lists: Lists,
  { list, rhythm, oldest }: Pick<StreamRecord, 'list' | 'rhythm' | 'oldest'>,
  now: number,
): boolean {
  const settings = lists.find(list)?.view.settings;
  const due = settings && dueBefore(rhythm, settings, now);
  return due !== undefined && oldest !== null && oldest <= due;
}

/** Those that have been in every stream of their list, and in no issue that is being made. */
function idle() {
  return q
    .selectFrom('digest_posting as one')
    .where((e) =>
      e.not(
        e.exists(
          e
            .selectFrom('digest_stream as stream')
            .select('stream.list')
            .whereRef('stream.list', '=', 'one.list')
            .whereRef('stream.done', '<', 'one.seq'),
        ),
      ),
    )
    .where((e) =>
      e.not(
        e.exists(
          e
            .selectFrom('digest_issue as issue')
            .select('issue.seq')
            .whereRef('issue.list', '=', 'one.list')
            .whereRef('issue.first', '<=', 'one.seq')
            .whereRef('issue.last', '>=', 'one.seq')
            .where('issue.made', 'is', null),
        ),
      ),
    );
}

const countIdle = query(() => idle().select((e) => e.fn.countAll<number>().as('count')));
const countOld = query((p: { before: number }) =>
  q
    .selectFrom('digest_issue')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('made', '<', p.before),
);
const forgetPostings = query((p: { limit: number }) =>
  q
    .deleteFrom('digest_posting')
    .where('seq', 'in', () => idle().select('one.seq').orderBy('one.seq').limit(p.limit)),
);
const forgetIssues = query((p: { before: number; limit: number }) =>
  q
    .deleteFrom('digest_issue')
    .where('seq', 'in', (e) =>
      e.selectFrom('digest_issue').select('seq').where('made', '<', p.before).limit(p.limit),
    ),
);
/** A posting that was held up for longer than this comes as its reader has it now. */
const forgetWays = query((p: { before: number; limit: number }) =>
  q.deleteFrom('was').where(
    ({ refTuple, selectFrom }) =>
      sql<boolean>`${refTuple('member', 'through')} in ${selectFrom('was as old')
        .innerJoin('posting', (join) =>
          join.onRef('posting.list', '=', 'old.list').onRef('posting.number', '=', 'old.through'),
        )
        .select(['old.member', 'old.through'])
        .where('posting.at', '<', p.before)
        .where((e) =>
          e.not(
            e.exists(
              e
                .selectFrom('digest_posting as one')
                .select('one.seq')
                .whereRef('one.list', '=', 'old.list')
                .whereRef('one.number', '<=', 'old.through'),
            ),
          ),
        )
        .limit(p.limit)}`,
  ),
);

/** How many postings and issues nobody needs any more. */
export function idleDigests(db: Database, before: number): number {
  return (db.get(countIdle, {})?.count ?? 0) + (db.get(countOld, { before })?.count ?? 0);
}

/** Forgets them, a page at a time; the number. Files go after their rows. */
export function forgetDigests(db: Database, before: number): number {
  let forgotten = 0;
  for (;;) {
    const gone = db.transaction(
      () =>
        db.run(forgetPostings, { limit: page }).changes +
        db.run(forgetIssues, { before, limit: page }).changes,
    );
    const ways = db.run(forgetWays, { before, limit: page }).changes;
    forgotten += gone;
    if (gone + ways === 0) return forgotten;
  }
}

const known = query((p: { file: string }) =>
  q.selectFrom('digest_posting').select('seq').where('file', '=', p.file),
);

/** Whether a file is that of a posting which still waits. */
export function isCollected(db: Database, file: string): boolean {
  return db.get(known, { file }) !== undefined;
}
