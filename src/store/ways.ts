/** How members got a list's postings at the time of one: the way that counts for it. */
import type { Way } from '../model/digest.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

/** A member whose way has changed since a posting, and how he gets that posting. */
export type OldWay = Way & {
  readonly member: number;
  readonly address: string;
  readonly enabled: boolean;
  readonly now: Way;
};

type Range = { list: number; number: number; after: number; upTo: number };

const changed = query((p: Range) =>
  q
    .selectFrom('was')
    .innerJoin('member', 'member.number', 'was.member')
    .innerJoin('address', 'address.seq', 'member.address')
    .select(['was.member', 'was.mode', 'was.rhythm', 'address.address', 'member.status'])
    .select(['member.mode as nowMode', 'member.rhythm as nowRhythm'])
    .where('was.list', '=', p.list)
    .where('was.through', '>=', p.number)
    .where('was.member', '>', p.after)
    .where('was.member', '<=', p.upTo)
    .orderBy('was.member')
    .orderBy('was.through'),
);

/** The ways in which members of a range get a posting, for those who get later ones otherwise. */
export function oldWays(db: Database, range: Range): ReadonlyMap<number, OldWay> {
  const found = new Map<number, OldWay>();
  for (const row of db.all(changed, range)) {
    const { member, mode, rhythm, address, nowMode, nowRhythm } = row;
    if (found.has(member)) continue;
    const enabled = row.status === 'enabled';
    const now = { mode: nowMode, rhythm: nowRhythm };
    found.set(member, { ...{ member, mode, rhythm, address, enabled }, now });
  }
  return found;
}
