/** Making, renaming and removing lists. */
import { exit, UsageError } from '../ground/errors.ts';
import { parseAddress } from '../mail/address.ts';
import { isListId } from '../model/ids.ts';
import { freeArchive } from './archive-names.ts';
import { type Cause, log } from './change-log.ts';
import { isDomain, wantDomainName } from './domains.ts';
import type { Known, Lists } from './lists.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';
import { isConstraint } from './sqlite.ts';

/** Where a list receives: its name and its domain. */
export type ListAddress = { readonly name: string; readonly domain: string };

const maxNameLength = 50;
/** Other addresses of one list. Must stay below `maxFormer` in lists.ts. */
const maxAliases = 40;
// No `+` and no `=`: they stand between an address and its detail.
const nameForm = /^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}._-]*[\p{L}\p{M}\p{N}_])?$/u;

const insert = query((p: ListAddress & { id: string; archive: string; now: number }) =>
  q
    .insertInto('list')
    .values({ id: p.id, name: p.name, domain: p.domain, created: p.now, archive: p.archive }),
);
const rename = query((p: ListAddress & { id: string; seq: number }) =>
  q.updateTable('list').set({ id: p.id, name: p.name, domain: p.domain }).where('seq', '=', p.seq),
);
const remove = query((p: { seq: number }) => q.deleteFrom('list').where('seq', '=', p.seq));
const addOldName = query((p: ListAddress & { id: string; seq: number; now: number }) =>
  q
    .insertInto('list_alias')
    .values({ id: p.id, name: p.name, domain: p.domain, list: p.seq, since: p.now })
    .onConflict((conflict) => conflict.doNothing()),
);
const removeOldName = query((p: { id: string; seq: number }) =>
  q.deleteFrom('list_alias').where('id', '=', p.id).where('list', '=', p.seq),
);
const oldNamesOf = query((p: { seq: number }) =>
  q
    .selectFrom('list_alias')
    .select(['name', 'domain', 'since'])
    .where('list', '=', p.seq)
    .orderBy('since'),
);
const factsOf = query((p: { seq: number }) =>
  q.selectFrom('list').select(['created', 'postings', 'version']).where('seq', '=', p.seq),
);

export type ListFacts = {
  readonly created: number;
  readonly postings: number;
  readonly version: number;
  readonly oldAddresses: readonly string[];
};

/** What `list show` says of a list besides its settings. */
export function listFacts(db: Database, list: Known): ListFacts {
  const row = db.get(factsOf, { seq: list.seq }) ?? { created: 0, postings: 0, version: 0 };
  const old = db.all(oldNamesOf, { seq: list.seq });
  return { ...row, oldAddresses: old.map(({ name, domain }) => `${name}@${domain}`) };
}

/** Checks a name and a domain that a person wrote. */
function wanted(db: Database, { name: text, domain: domainText }: ListAddress): ListAddress {
  const name = text.normalize('NFC').toLowerCase();
  const domain = wantDomainName(domainText);
  if (!nameForm.test(name) || name.includes('..') || name.length > maxNameLength) {
    throw new UsageError(
      `"${text}" cannot name a list: letters, digits, ".", "_" and "-" can, ` +
        `${maxNameLength} at most`,
    );
  }
  if (!isDomain(db, domain)) {
    throw new UsageError(
      `${domain} is none of our domains; "listmill domain add ${domain}" makes it one`,
      exit.noInput,
    );
  }
  if (parseAddress(`${name}@${domain}`) === undefined || !isListId(`${name}.${domain}`)) {
    throw new UsageError(`${name}@${domain} is no mail address`);
  }
  return { name, domain };
}

/** Refuses an address or an id that is taken, and says by whom. */
function wantFree(lists: Lists, { name, domain }: ListAddress, except?: number): void {
  const taken = lists.find(`${name}.${domain}`);
  if (!taken || taken.seq === except) return;
  const { view } = taken;
  if (view.name === name && view.domain === domain) {
    throw new UsageError(`the list ${view.address} is there already`, exit.cantCreate);
  }
  throw new UsageError(
    `${name}@${domain} is taken by the list ${view.address}: ` +
      `its id is ${view.id}, or it had this name before ("listmill list forget" frees that)`,
    exit.cantCreate,
  );
}

/** Makes a list; gives its id. */
export function createList(db: Database, lists: Lists, by: Cause, at: ListAddress): string {
  return db.transaction(() => {
    const address = wanted(db, at);
    wantFree(lists, address);
    const id = `${address.name}.${address.domain}`;
    const archive = freeArchive(db, address.name, address.domain);
    db.run(insert, { ...address, id, archive, now: by.now });
    log(db, by, { list: id, kind: 'list-created', subject: id });
    return id;
  });
}

/** Gives a list another address; mail to the old one still comes to it, unless told not to. */
export function renameList(
  db: Database,
  lists: Lists,
  by: Cause,
  list: Known,
  to: ListAddress,
  keepOld: boolean,
): string {
  return db.transaction(() => {
    const address = wanted(db, to);
    const { id: oldId, name, domain } = list.view;
    const id = `${address.name}.${address.domain}`;
    if (id === oldId) throw new UsageError(`that is what ${oldId} is called already`);
    wantFree(lists, address, list.seq);
    // Going back to an old name: it is the name again.
    db.run(removeOldName, { id, seq: list.seq });
    db.run(rename, { ...address, id, seq: list.seq });
    if (keepOld) db.run(addOldName, { id: oldId, name, domain, seq: list.seq, now: by.now });
    log(db, by, { list: id, kind: 'list-renamed', subject: id, detail: { from: oldId, keepOld } });
    return id;
  });
}

/** A list receives at another address as well; it need not have been called so. */
export function addListAlias(
  db: Database,
  lists: Lists,
  by: Cause,
  list: Known,
  at: ListAddress,
): void {
  db.transaction(() => {
    const address = wanted(db, at);
    wantFree(lists, address);
    if (db.all(oldNamesOf, { seq: list.seq }).length >= maxAliases) {
      throw new UsageError(`${list.view.address} has ${maxAliases} other addresses already`);
    }
    const id = `${address.name}.${address.domain}`;
    db.run(addOldName, { ...address, id, seq: list.seq, now: by.now });
    log(db, by, { list: list.view.id, kind: 'address-added', subject: id });
  });
}

/** Mail to an old address of a list, or to an alias, is refused from now on. */
export function forgetOldAddress(db: Database, by: Cause, list: Known, old: ListAddress): void {
  const id = `${old.name}.${old.domain}`;
  db.transaction(() => {
    if (db.run(removeOldName, { id, seq: list.seq }).changes === 0) {
      throw new UsageError(
        `${old.name}@${old.domain} is no old address and no alias of ${list.view.id}`,
        exit.noInput,
      );
    }
    log(db, by, { list: list.view.id, kind: 'address-forgotten', subject: id });
  });
}

/** Removes a list with its members, settings and postings; the change log keeps its settings. */
export function removeList(db: Database, by: Cause, list: Known): void {
  const { id, settings } = list.view;
  try {
    db.transaction(() => {
      db.run(remove, { seq: list.seq });
      log(db, by, { list: id, kind: 'list-removed', subject: id, detail: { settings } });
    });
  } catch (error) {
    if (!isConstraint(error)) throw error;
    throw new UsageError(`${id} is still referred to`, exit.failure, { cause: error });
  }
}
