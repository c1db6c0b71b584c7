/**
 * What people want of their mail, at three levels; the nearest that says something counts.
 *
 * Nothing of it stands ready in the member's row: a mailing asks only of the author and of those
 * whom the message names (and of who chose topics, see topics.ts), so what a list's owner changes
 * today counts today for everybody who said nothing.
 */
import { StaleView } from '../ground/errors.ts';
import type { SubscriptionChange } from '../model/change-subscription.ts';
import { type Language, languages } from '../model/language.ts';
import {
  byDefault,
  type Options,
  type PreferenceLevel,
  type PreferenceName,
  type Preferences,
  preferenceLevels,
  type SwitchName,
  type WayName,
} from '../model/preferences.ts';
import type { Settings } from '../model/settings.ts';
import type { Books } from './apply.ts';
import type { Known } from './lists.ts';
import { wantList } from './requests.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

/** Where a membership finds what its person wants. */
export type Place = { readonly member: number; readonly address: number; readonly user: number };

/** All that is kept here; modes and rhythms count by way-levels.ts. */
type Named = PreferenceName | WayName;

const none = 0;

const placeOf = query((p: { list: number; key: string }) =>
  q
    .selectFrom('member')
    .innerJoin('address', 'address.seq', 'member.address')
    .leftJoin('user_address', 'user_address.address', 'address.seq')
    .select(['member.number as member', 'address.seq as address', 'user_address.user'])
    .where('address.key', '=', p.key)
    .where('member.list', '=', p.list)
    .where('member.role', '=', 'member'),
);
const said = query((p: Place) =>
  q
    .selectFrom('preference')
    .select(['member', 'address', 'name', 'value'])
    .where((e) =>
      e.or([e('member', '=', p.member), e('address', '=', p.address), e('user', '=', p.user)]),
    ),
);
const remove = query((p: Place & { name: string }) =>
  q
    .deleteFrom('preference')
    .where('name', '=', p.name as Named)
    .where((e) =>
      e.or([e('member', '=', p.member), e('address', '=', p.address), e('user', '=', p.user)]),
    ),
);
const insert = query(
  (p: {
    member: number | null;
    address: number | null;
    user: number | null;
    name: Named;
    value: string;
  }) =>
    q.insertInto('preference').values({
      member: p.member,
      address: p.address,
      user: p.user,
      name: p.name,
      value: p.value,
    }),
);
const hidden = query((p: { list: number }) =>
  q
    .selectFrom('preference')
    .innerJoin('member', (join) =>
      join.on((e) =>
        e.or([
          e('preference.member', '=', e.ref('member.number')),
          e('preference.address', '=', e.ref('member.address')),
          e(
            'preference.user',
            'in',
            e
              .selectFrom('user_address')
              .select('user')
              .whereRef('user_address.address', '=', 'member.address'),
          ),
        ]),
      ),
    )
    .select(['member.number', 'member.address'])
    .distinct()
    .where('preference.name', '=', 'hidden')
    .where('member.list', '=', p.list)
    .where('member.role', '=', 'member'),
);
const carry = query((p: { from: number; to: number }) =>
  q
    .updateTable('preference')
    .set({ address: p.to })
    .where('address', '=', p.from)
    .where('name', 'not in', q.selectFrom('preference').select('name').where('address', '=', p.to)),
);
const userOf = query((p: { address: number }) =>
  q.selectFrom('user_address').select('user').where('address', '=', p.address),
);

/** Where the preferences of an address on a list are kept. */
export function findPlace(db: Database, list: Known, key: string): Place | undefined {
  const row = db.get(placeOf, { list: list.seq, key });
  return row && { member: row.member, address: row.address, user: row.user ?? none };
}

/** What counts for one membership; of nobody's the list's own. */
export function preferencesAt(db: Database, place: Place, settings: Settings): Preferences {
  const rows = db.all(said, place);
  const levelOf = (row: (typeof rows)[number]): PreferenceLevel =>
    row.member !== null ? 'member' : row.address !== null ? 'address' : 'user';
  const pick = (name: PreferenceName): string | undefined => {
    for (const level of preferenceLevels) {
      const row = rows.find((one) => one.name === name && levelOf(one) === level);
      if (row) return row.value;
    }
    return undefined;
  };
  const isOn = (name: SwitchName): boolean => {
    const value = pick(name);
    return value === undefined ? settings[name] : value === 'on';
  };
  const wanted = pick('language');
  return {
    ownPosts: isOn('ownPosts'),
    duplicates: isOn('duplicates'),
    acknowledge: isOn('acknowledge'),
    hidden: isOn('hidden'),
    untagged: isOn('untagged'),
    topics: (pick('topics') ?? '').split(',').filter((name) => name !== ''),
    language: languages.find((one) => one === wanted) ?? settings.language,
  };
}

/** Undefined: he is no member of the list. */
export function preferencesOf(
  db: Database,
  list: Known | undefined,
  key: string,
): Preferences | undefined {
  const place = list && findPlace(db, list, key);
  return list && place && preferencesAt(db, place, list.view.settings);
}

/** The language for an address, on a list or, where it is not on it, in general. */
export function languageFor(db: Database, list: Known, key: string): Language {
  const { settings } = list.view;
  const place = findPlace(db, list, key);
  if (place) return preferencesAt(db, place, settings).language;
  const address = db.get(addressAt, { key })?.seq;
  return address === undefined ? settings.language : inherited(db, address, settings).language;
}

const addressAt = query((p: { key: string }) =>
  q.selectFrom('address').select('seq').where('key', '=', p.key),
);

/** Said of a member by those who run the list: it is his own, like what he says himself. */
export function preferHere(
  db: Database,
  member: number,
  wish: { readonly options?: Options | undefined } & {
    readonly [N in WayName]?: string | undefined;
  },
): void {
  const place = { member, address: none, user: none };
  const { options, mode, rhythm } = wish;
  for (const [name, value] of Object.entries({ ...options, mode, rhythm })) {
    if (value === undefined) continue;
    prefer(db, place, 'member', name as Named, value === byDefault ? null : value);
  }
}

/** What a user says for all of his addresses. */
export function preferEverywhere(db: Database, user: number, options: Options): void {
  const place = { member: none, address: none, user };
  for (const [name, value] of Object.entries(options)) {
    prefer(db, place, 'user', name as PreferenceName, value === byDefault ? null : value);
  }
}

/** What was said for an address counts for the one that takes its place; what that says, more. */
export function carryPreferences(db: Database, from: number, to: number): void {
  db.run(carry, { from, to });
}

/** What counts for an address on a list that it is not on. */
function inherited(db: Database, address: number, settings: Settings): Preferences {
  const user = db.get(userOf, { address })?.user ?? none;
  return preferencesAt(db, { member: none, address, user }, settings);
}

/** Whether members are hidden of whom somebody said so; for others the list's default counts. */
export function hiddenMembers(db: Database, list: Known): ReadonlyMap<number, boolean> {
  const { settings } = list.view;
  const found = new Map<number, boolean>();
  for (const { number, address } of db.all(hidden, { list: list.seq })) {
    const user = db.get(userOf, { address })?.user ?? none;
    found.set(number, preferencesAt(db, { member: number, address, user }, settings).hidden);
  }
  return found;
}

/** Says something at one level, or with null takes it back. */
export function prefer(
  db: Database,
  place: Place,
  level: PreferenceLevel,
  name: Named,
  value: string | null,
): void {
  // Who is no user has his address as the widest level.
  const at = level === 'user' && place.user === none ? 'address' : level;
  const only: Place = { member: none, address: none, user: none, [at]: place[at] };
  db.run(remove, { ...only, name });
  if (value === null) return;
  const nulls = { member: null, address: null, user: null };
  db.run(insert, { ...nulls, [at]: place[at], name, value });
}

/** Changes one preference at the level that was meant. */
export function applyPreferred(
  books: Books,
  { list, key, level, name, value }: Extract<SubscriptionChange, { kind: 'preferred' }>,
): undefined {
  const place = findPlace(books.db, wantList(books, list), key);
  if (!place) throw new StaleView(`${key} is no member of ${list} any more`);
  prefer(books.db, place, level, name, value);
}
