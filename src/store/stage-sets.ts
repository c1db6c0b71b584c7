/** Who came in against who is there: the sets that stage.ts compares. */
import type { Role } from '../model/list.ts';
import { q, sql } from './sql.ts';

/** Not by the index of lists: that would be read from end to end for each chunk. */
export const listOf = sql<number>`+member.list`;

/** Those of the list who came in. From them to the members: few may be staged of a large list. */
export function present(list: number) {
  return q
    .selectFrom('staged')
    .crossJoin('address')
    .crossJoin('member')
    .whereRef('address.key', '=', 'staged.key')
    .whereRef('member.address', '=', 'address.seq')
    .where('member.list', '=', list)
    .whereRef('member.role', '=', 'staged.role');
}

/** Those who came in and are not on the list. */
export function absent(list: number) {
  return q
    .selectFrom('staged')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('member')
            .innerJoin('address', 'address.seq', 'member.address')
            .select('member.number')
            .whereRef('address.key', '=', 'staged.key')
            .where('member.list', '=', list)
            .whereRef('member.role', '=', 'staged.role'),
        ),
      ),
    );
}

/** Those in a role of the list who did not come in. */
export function missing(list: number, role: Role) {
  return q
    .selectFrom('member')
    .innerJoin('address', 'address.seq', 'member.address')
    .where('member.list', '=', list)
    .where('member.role', '=', role)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('staged')
            .select('line')
            .whereRef('staged.key', '=', 'address.key')
            .where('staged.role', '=', role),
        ),
      ),
    );
}

/** What a line says and the member does not; attributes and options are merged. */
export const differs = sql<boolean>`(
  staged.name <> member.name
  or staged.mode <> member.mode
  or staged.rhythm <> member.rhythm
  or staged.status <> member.status
  or staged.action <> member.action
  or exists (select 1 from json_each(staged.options) as wish
    where wish.key not in ('mode', 'rhythm') and not exists (
    select 1 from preference where preference.member = member.number
      and preference.name = wish.key and preference.value = wish.value))
  or json_patch(member.attributes, staged.attributes) <> json_patch('{}', member.attributes)
)`;
