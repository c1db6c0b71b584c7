/** Who is banned: addresses and patterns, of one list or of the site. */
import { exit, UsageError } from '../ground/errors.ts';
import { type Address, addressKey } from '../mail/address.ts';
import { type ListId, listId } from '../model/ids.ts';
import { isWrong, maxPatterns, meansAddress, readAddressPattern } from '../model/pattern.ts';
import type { Ban } from '../model/posting.ts';
import { type Cause, log } from './change-log.ts';
import type { Known } from './lists.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

export type BanRecord = Ban & {
  readonly reason: string;
  readonly who: string;
  readonly at: number;
};

const byKey = query((p: { key: string; list: number }) =>
  q
    .selectFrom('ban')
    .select(['entry', 'list'])
    .where('address_key', '=', p.key)
    .where((e) => e.or([e('list', 'is', null), e('list', '=', p.list)])),
);
const patterns = query((p: { list: number; limit: number }) =>
  q
    .selectFrom('ban')
    .select(['entry', 'list'])
    .where('address_key', 'is', null)
    .where((e) => e.or([e('list', 'is', null), e('list', '=', p.list)]))
    .orderBy('seq')
    .limit(p.limit),
);
const ofSite = query(() =>
  q
    .selectFrom('ban')
    .leftJoin('list', 'list.seq', 'ban.list')
    .select(['ban.entry', 'ban.reason', 'ban.who', 'ban.at', 'list.id as list'])
    .orderBy('list.id')
    .orderBy('ban.entry'),
);
const same = query((p: { list: number; entry: string }) =>
  q
    .selectFrom('ban')
    .select('seq')
    .where((e) => e(e.fn.coalesce('list', e.lit(0)), '=', p.list))
    .where('entry', '=', p.entry),
);
const countPatterns = query((p: { list: number }) =>
  q
    .selectFrom('ban')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('address_key', 'is', null)
    .where((e) => e(e.fn.coalesce('list', e.lit(0)), '=', p.list)),
);
const insert = query(
  (p: {
    list: number | null;
    entry: string;
    key: string | null;
    reason: string;
    who: string;
    at: number;
  }) =>
    q.insertInto('ban').values({
      list: p.list,
      entry: p.entry,
      address_key: p.key,
      reason: p.reason,
      who: p.who,
      at: p.at,
    }),
);
const remove = query((p: { seq: number }) => q.deleteFrom('ban').where('seq', '=', p.seq));

/** The bans, of this list or of the site, that mean any of the addresses. */
export function bansOf(
  db: Database,
  list: Known | undefined,
  addresses: readonly Address[],
): Ban[] {
  if (addresses.length === 0) return [];
  const seq = list?.seq ?? 0;
  const banOf = ({ entry, list: where }: { entry: string; list: number | null }): Ban => ({
    entry,
    list: where === null ? undefined : list?.view.id,
  });
  const exact = addresses.flatMap((one) => db.all(byKey, { key: addressKey(one), list: seq }));
  const matching = db
    .all(patterns, { list: seq, limit: maxPatterns * 2 })
    .filter(({ entry }) => addresses.some((one) => meansAddress(entry, one)));
  return [...exact, ...matching].map(banOf);
}

/** All bans, those of the site first. */
export function allBans(db: Database): BanRecord[] {
  return db.all(ofSite, {}).map(({ list, ...row }) => ({
    ...row,
    list: list === null ? undefined : listId(list),
  }));
}

/** Bans an address or a pattern, on a list or everywhere. False: it was banned already. */
export function addBan(
  db: Database,
  by: Cause,
  list: Known | undefined,
  text: string,
  reason: string,
): boolean {
  const { entry, key } = wantEntry(text);
  const seq = list?.seq ?? 0;
  return db.transaction(() => {
    if (db.get(same, { list: seq, entry }) !== undefined) return false;
    if (key === null && (db.get(countPatterns, { list: seq })?.count ?? 0) >= maxPatterns) {
      throw new UsageError(`there are ${maxPatterns} patterns already`, exit.failure);
    }
    db.run(insert, { list: list?.seq ?? null, entry, key, reason, who: by.cause, at: by.now });
    log(db, by, { ...listOf(list), kind: 'banned', subject: entry, detail: { reason } });
    return true;
  });
}

/** False: there was no such ban. */
export function removeBan(db: Database, by: Cause, list: Known | undefined, text: string): boolean {
  return db.transaction(() => {
    const entry = readAddressPattern(text).kind === 'wrong' ? text : wantEntry(text).entry;
    const found = db.get(same, { list: list?.seq ?? 0, entry });
    if (found === undefined) return false;
    db.run(remove, { seq: found.seq });
    log(db, by, { ...listOf(list), kind: 'ban-lifted', subject: entry });
    return true;
  });
}

function listOf(list: Known | undefined): { list?: ListId } {
  return list === undefined ? {} : { list: list.view.id };
}

function wantEntry(text: string): { entry: string; key: string | null } {
  const read = readAddressPattern(text);
  if (isWrong(read)) throw new UsageError(read.why);
  switch (read.kind) {
    case 'address':
      return { entry: read.key, key: read.key };
    case 'expression':
      return { entry: read.pattern.source, key: null };
    case 'members':
      throw new UsageError('the members of a list cannot be banned together');
  }
}
