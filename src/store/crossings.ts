/** Members of a slice who get the same posting on another list. */
import type { Crossing } from '../model/crossing.ts';
import type { TopicHits } from '../model/topics.ts';
import type { Known } from './lists.ts';
import { q, query, sql } from './sql.ts';
import type { Database } from './sqlite.ts';
import { offTopic } from './topics.ts';

type Range = { list: number; after: number; upTo: number };

/** A list that is crossed, as the database knows it. */
export type CrossingOf = Omit<Crossing, 'list'> & { readonly list: Known };

/**
 * Members of `list` who are on `other`, by the same address or by another one of the same person.
 * Their addresses are looked up first: a join of two rosters would try each with each.
 */
function alsoOn(p: Range & { other: number }) {
  return q
    .selectFrom('member as here')
    .innerJoin('member as there', (join) =>
      join
        // The sign keeps it from beginning with all of the other roster.
        .on(sql<number>`+there.list`, '=', p.other)
        .on('there.role', '=', 'member')
        .on('there.address', 'in', (e) =>
          e
            .selectFrom('address as own')
            .select('own.seq as address')
            .whereRef('own.seq', '=', 'here.address')
            .unionAll(
              e
                .selectFrom('user_address as one')
                .innerJoin('user_address as two', 'two.user', 'one.user')
                .select('two.address')
                .whereRef('one.address', '=', 'here.address'),
            ),
        ),
    )
    .select(['here.number', 'there.number as other', 'there.mode'])
    .where('here.list', '=', p.list)
    .where('here.role', '=', 'member')
    .where('here.number', '>', p.after)
    .where('here.number', '<=', p.upTo);
}

const members = query((p: Range & { other: number }) => alsoOn(p));
const receivers = query(
  (p: Range & { other: number; joined: number; now: number; thread: string }) =>
    alsoOn(p)
      .where('there.status', '=', 'enabled')
      .where('there.joined', '<=', p.joined)
      .where((e) =>
        e.not(
          e.exists(
            e
              .selectFrom('pause')
              .select('pause.member')
              .whereRef('pause.member', '=', 'there.number')
              .where('pause.starts', '<=', p.now)
              .where('pause.ends', '>', p.now),
          ),
        ),
      )
      .where((e) =>
        e.not(
          e.exists(
            e
              .selectFrom('mute')
              .select('mute.member')
              .whereRef('mute.member', '=', 'there.number')
              .where('mute.thread', '=', p.thread),
          ),
        ),
      ),
);
const acceptedWith = query((p: { list: number; messageId: string }) =>
  q
    .selectFrom('seen')
    .innerJoin('posting', (join) =>
      join.onRef('posting.root', '=', 'seen.root').onRef('posting.list', '=', 'seen.list'),
    )
    .select('posting.at')
    .where('seen.list', '=', p.list)
    .where('seen.message_id', '=', p.messageId),
);
const acceptedAs = query((p: { list: number; root: string }) =>
  q.selectFrom('posting').select('at').where('list', '=', p.list).where('root', '=', p.root),
);

/** Numbers of members of a slice who get their copy by the other list. */
export function crossed(
  db: Database,
  range: Range,
  { list, at: joined, thread = '', topics, urgent }: CrossingOf,
  now: number,
): number[] {
  const rows = db.all(receivers, { ...range, other: list.seq, joined, now, thread });
  const wants = (other: number) => topics === undefined || isOnTopic(db, list, other, topics);
  return rows
    .filter(({ mode, other }) => (urgent || mode === 'regular') && wants(other))
    .map(({ number }) => number);
}

function isOnTopic(db: Database, list: Known, member: number, topics: TopicHits): boolean {
  const { settings } = list.view;
  const range = { list: list.seq, after: member - 1, upTo: member };
  return offTopic(db, range, topics, settings.untagged).length === 0;
}

/** Numbers of members of a slice who are on one of the other lists, however they get its mail. */
export function shared(db: Database, range: Range, others: readonly number[]): number[] {
  return others.flatMap((other) =>
    db.all(members, { ...range, other }).map(({ number }) => number),
  );
}

/**
 * Which of the other lists accepted the same posting before this one. Of two lists one is always
 * the earlier: so nobody is left out on both.
 */
export function acceptedBefore(
  db: Database,
  list: number,
  root: string,
  messageId: string,
  others: readonly number[],
): { readonly list: number; readonly at: number }[] {
  const own = db.get(acceptedAs, { list, root });
  if (!own) return [];
  return others.flatMap((other) => {
    const at = db.get(acceptedWith, { list: other, messageId })?.at;
    if (at === undefined) return [];
    return at < own.at || (at === own.at && other < list) ? [{ list: other, at }] : [];
  });
}
