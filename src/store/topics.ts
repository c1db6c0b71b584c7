/** Who of a slice does not want a posting, by the topics that he chose. */
import { type PreferenceLevel, preferenceLevels } from '../model/preferences.ts';
import { type TopicHits, wantsTopics } from '../model/topics.ts';
import { q, query, sql } from './sql.ts';
import type { Database } from './sqlite.ts';

type Range = { list: number; after: number; upTo: number };

/** The roster stands first: what others of the site chose is not looked at. */
function members(p: Range) {
  return q
    .selectFrom('member')
    .where('member.list', '=', p.list)
    .where('member.role', '=', 'member')
    .where('member.number', '>', p.after)
    .where('member.number', '<=', p.upTo);
}

const names = ['topics', 'untagged'] as const;
const columns = ['member.number', 'preference.name', 'preference.value'] as const;

const choices = {
  member: query((p: Range) =>
    members(p)
      .innerJoin('preference', 'preference.member', 'member.number')
      .select(columns)
      .where('preference.name', 'in', names),
  ),
  // The sign keeps the planner from beginning with all addresses that say anything.
  address: query((p: Range) =>
    members(p)
      .innerJoin('preference', (join) =>
        join.on(sql<number>`preference.address`, '=', sql<number>`+member.address`),
      )
      .select(columns)
      .where('preference.name', 'in', names),
  ),
  user: query((p: Range) =>
    members(p)
      .innerJoin('user_address', 'user_address.address', 'member.address')
      .innerJoin('preference', (join) =>
        join.on(sql<number>`preference.user`, '=', sql<number>`+user_address.user`),
      )
      .select(columns)
      .where('preference.name', 'in', names),
  ),
} satisfies Record<PreferenceLevel, unknown>;

type Choice = { readonly topics?: string; readonly untagged?: string };

/** Numbers of members of the slice who do not want a posting of these topics. */
export function offTopic(
  db: Database,
  range: Range,
  topics: TopicHits,
  untaggedByDefault: boolean,
): number[] {
  const found = new Map<number, Choice>();
  for (const level of preferenceLevels) {
    for (const { number, name, value } of db.all(choices[level], range)) {
      // The nearest level comes first, and stays.
      found.set(number, { [name]: value, ...found.get(number) });
    }
  }
  return [...found].flatMap(([number, { topics: chosen, untagged }]) => {
    if (chosen === undefined) return [];
    const wantsUntagged = untagged === undefined ? untaggedByDefault : untagged === 'on';
    return wantsTopics(topics, chosen.split(','), wantsUntagged) ? [] : [number];
  });
}
