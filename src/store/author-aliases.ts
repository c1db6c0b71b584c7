/** Which author an address of a list stands for. */
import { type Address, addressKey } from '../mail/address.ts';
import type { SubscriptionChange } from '../model/change-subscription.ts';
import type { Books } from './apply.ts';
import type { Known } from './lists.ts';
import { wantList } from './requests.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

/** A step of the migrations. */
export const aliasTables = `
create table author_alias (
  list integer not null references list (seq) on delete cascade,
  tag text not null,
  author text not null,
  key text not null,
  made integer not null,
  primary key (list, tag)
) strict, without rowid;
create index author_alias_key on author_alias (key);
`;

export type AliasTables = {
  author_alias: { list: number; tag: string; author: string; key: string; made: number };
};

const insert = query(
  (p: { list: number; tag: string; author: string; key: string; made: number }) =>
    q
      .insertInto('author_alias')
      .values({ list: p.list, tag: p.tag, author: p.author, key: p.key, made: p.made })
      .onConflict((conflict) => conflict.doNothing()),
);
const find = query((p: { list: number; tag: string }) =>
  q.selectFrom('author_alias').select('author').where('list', '=', p.list).where('tag', '=', p.tag),
);
const ofKey = query((p: { key: string }) =>
  q
    .selectFrom('author_alias')
    .innerJoin('list', 'list.seq', 'author_alias.list')
    .select(['list.id as list', 'author_alias.tag', 'author_alias.made'])
    .where('author_alias.key', '=', p.key),
);
const forget = query((p: { key: string }) => q.deleteFrom('author_alias').where('key', '=', p.key));

/** An address stands for an author from now on. */
export function applyAliased(
  books: Books,
  change: Extract<SubscriptionChange, { kind: 'aliased' }>,
): undefined {
  const { tag, author } = change;
  const list = wantList(books, change.list).seq;
  books.db.run(insert, { list, tag, author, key: addressKey(author), made: books.now });
}

/** The author behind a tag. */
export function authorOf(db: Database, list: Known, tag: string): Address | undefined {
  // It was an address when it was written down.
  return db.get(find, { list: list.seq, tag })?.author as Address | undefined;
}

/** The tags of one author, by list. */
export function aliasesOf(db: Database, key: string) {
  return db.all(ofKey, { key });
}

/** Forgets them: mail there reaches nobody any more. */
export function forgetAliases(db: Database, key: string): void {
  db.run(forget, { key });
}
