/** What copies may say of those who get them. */
import type { Person } from '../model/personal.ts';
import type { Known } from './lists.ts';
import { memberNumbered } from './members.ts';
import { preferencesAt } from './preferences.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

const placeOf = query((p: { number: number }) =>
  q
    .selectFrom('member')
    .leftJoin('user_address', 'user_address.address', 'member.address')
    .select(['member.address', 'user_address.user'])
    .where('member.number', '=', p.number),
);

/** By member number; who is gone is left out. */
export function personsOf(
  db: Database,
  list: Known,
  numbers: readonly number[],
): ReadonlyMap<number, Person> {
  const found = new Map<number, Person>();
  for (const number of numbers) {
    const member = memberNumbered(db, number);
    const at = member && db.get(placeOf, { number });
    if (!member || !at) continue;
    const place = { member: number, address: at.address, user: at.user ?? 0 };
    const { language, topics, ...switches } = preferencesAt(db, place, list.view.settings);
    const said = Object.entries(switches).map(([name, isOn]) => [name, isOn ? 'on' : 'off']);
    const { name, mode, rhythm, attributes } = member;
    const options = { mode, rhythm, topics: topics.join(', '), ...Object.fromEntries(said) };
    found.set(number, { name, language, attributes, options });
  }
  return found;
}
