/** Memberships of one person under his several addresses. */
import type { AddressKey } from '../mail/address.ts';
import type { Known } from './lists.ts';
import { type MemberRecord, memberships, recordOf } from './members.ts';
import { query } from './sql.ts';
import type { Database } from './sqlite.ts';

const siblings = query((p: { list: number; key: string }) =>
  memberships()
    .where('member.list', '=', p.list)
    .where('member.role', '=', 'member')
    .where('address.key', '<>', p.key)
    .where('member.address', 'in', (e) =>
      e
        .selectFrom('user_address as theirs')
        .innerJoin('user_address as own', 'own.user', 'theirs.user')
        .innerJoin('address as from', 'from.seq', 'own.address')
        .select('theirs.address')
        .where('from.key', '=', p.key)
        .where('from.verified', 'is not', null),
    )
    .orderBy('member.number'),
);

/** Who else is on the list of the person to whom a verified address belongs. */
export function siblingsOn(db: Database, list: Known, key: AddressKey): MemberRecord[] {
  return db.rows(siblings, { list: list.seq, key }).map(recordOf);
}
