/**
 * In which mode and rhythm people want postings, said for a membership, an address or a user; the
 * nearest that says something counts, then what the list's setting was when he joined.
 *
 * Other than the rest of what people want, what counts is kept ready in the member's row: mailings
 * and digests go by it, and at which posting it changed must be known (see model/digest.ts).
 */
import type { Rhythm, Way } from '../model/digest.ts';
import type { DeliveryMode } from '../model/list.ts';
import {
  type PreferenceLevel,
  preferenceLevels,
  type WayName,
  wayNames,
} from '../model/preferences.ts';
import type { Lists } from './lists.ts';
import { type Place, prefer } from './preferences.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

const none = 0;

const said = query((p: Place & { name: WayName }) =>
  q
    .selectFrom('preference')
    .select(['member', 'address', 'value'])
    .where('name', '=', p.name)
    .where((e) =>
      e.or([e('member', '=', p.member), e('address', '=', p.address), e('user', '=', p.user)]),
    ),
);
const concerned = query((p: Place) =>
  q
    .selectFrom('member')
    .innerJoin('list', 'list.seq', 'member.list')
    .leftJoin('user_address', 'user_address.address', 'member.address')
    .select(['list.id as list', 'member.number as member', 'member.address'])
    .select(['user_address.user', 'member.mode', 'member.rhythm', 'member.status'])
    .where('member.role', '=', 'member')
    .where((e) =>
      e.or([
        e('member.number', '=', p.member),
        e('member.address', '=', p.address),
        e(
          'member.address',
          'in',
          q.selectFrom('user_address as own').select('own.address').where('own.user', '=', p.user),
        ),
      ]),
    ),
);
const setMode = query((p: { number: number; mode: DeliveryMode }) =>
  q.updateTable('member').set({ mode: p.mode }).where('number', '=', p.number),
);
const setRhythm = query((p: { number: number; rhythm: Rhythm }) =>
  q.updateTable('member').set({ rhythm: p.rhythm }).where('number', '=', p.number),
);
const userOf = query((p: { address: number }) =>
  q.selectFrom('user_address').select('user').where('address', '=', p.address),
);

/** What somebody wants of his mail in this respect, wherever he says it; undefined: nothing. */
function wanted(db: Database, place: Place, name: WayName): string | undefined {
  const rows = db.all(said, { ...place, name });
  const levelOf = (row: (typeof rows)[number]): PreferenceLevel =>
    row.member !== null ? 'member' : row.address !== null ? 'address' : 'user';
  for (const level of preferenceLevels) {
    const row = rows.find((one) => levelOf(one) === level);
    if (row) return row.value;
  }
  return undefined;
}

/** How somebody begins who joins with this address. */
export function firstWay(db: Database, address: number, initial: DeliveryMode): Way {
  const place = { member: none, address, user: db.get(userOf, { address })?.user ?? none };
  // What was checked when it was written.
  return {
    mode: (wanted(db, place, 'mode') ?? initial) as DeliveryMode,
    rhythm: (wanted(db, place, 'rhythm') ?? 'list') as Rhythm,
  };
}

/** The memberships for which something counts that is said at that level. */
export function concernedBy(db: Database, place: Place, level: PreferenceLevel) {
  const at = level === 'user' && place.user === none ? 'address' : level;
  return db.all(concerned, { member: none, address: none, user: none, [at]: place[at] });
}

/** Says a mode or a rhythm at one level, or with null takes it back; it counts at once. */
export function sayWay(
  db: Database,
  lists: Lists,
  place: Place,
  level: PreferenceLevel,
  name: WayName,
  value: string | null,
): void {
  prefer(db, place, level, name, value);
  for (const row of concernedBy(db, place, level)) {
    const initial = name === 'mode' ? lists.find(row.list)?.view.settings.mode : 'list';
    const where = { member: row.member, address: row.address, user: row.user ?? none };
    const counts = wanted(db, where, name) ?? (value === null ? initial : undefined);
    if (counts === undefined || counts === row[name]) continue;
    if (name === 'mode') db.run(setMode, { number: row.member, mode: counts as DeliveryMode });
    else db.run(setRhythm, { number: row.member, rhythm: counts as Rhythm });
  }
}

/** The memberships of an address follow the user whose it is from now on. */
export function inheritWay(db: Database, lists: Lists, user: number): void {
  const place = { member: none, address: none, user };
  for (const name of wayNames) {
    const value = wanted(db, place, name);
    if (value !== undefined) sayWay(db, lists, place, 'user', name, value);
  }
}
