/** The domains whose mail is ours. Names are lower-case A-labels. */
import { exit, UsageError } from '../ground/errors.ts';
import { domainOf, parseAddress, wireAddress } from '../mail/address.ts';
import { type Cause, log } from './change-log.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

export type DomainRecord = {
  readonly name: string;
  readonly description: string;
  readonly created: number;
  readonly lists: number;
};

const names = query(() => q.selectFrom('domain').select('name').orderBy('name'));
const one = query((p: { name: string }) =>
  q.selectFrom('domain').select('name').where('name', '=', p.name),
);
const records = query(() =>
  q
    .selectFrom('domain')
    .leftJoin('list', 'list.domain', 'domain.name')
    .select(['domain.name', 'domain.description', 'domain.created'])
    .select((e) => e.fn.count<number>('list.seq').as('lists'))
    .groupBy('domain.name')
    .orderBy('domain.name'),
);
const insert = query((p: { name: string; description: string; now: number }) =>
  q
    .insertInto('domain')
    .values({ name: p.name, description: p.description, created: p.now })
    .onConflict((conflict) => conflict.doNothing()),
);
const remove = query((p: { name: string }) => q.deleteFrom('domain').where('name', '=', p.name));
const countLists = query((p: { name: string }) =>
  q
    .selectFrom('list')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('domain', '=', p.name),
);
const countOldNames = query((p: { name: string }) =>
  q
    .selectFrom('list_alias')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('domain', '=', p.name),
);

/** The names of our domains. */
export function domainNames(db: Database): string[] {
  return db.all(names, {}).map((row) => row.name);
}

/** Whether a domain is ours. */
export function isDomain(db: Database, name: string): boolean {
  return db.get(one, { name }) !== undefined;
}

/** The form in which we keep a domain: A-labels, lower case. Undefined where it is none. */
export function domainName(text: string): string | undefined {
  const address = parseAddress(`postmaster@${text}`);
  if (address === undefined) return undefined;
  const name = domainOf(wireAddress(address)).toLowerCase();
  return name.startsWith('[') ? undefined : name;
}

/** The name of a domain that a person wrote; refused where it is none. */
export function wantDomainName(text: string): string {
  const name = domainName(text);
  if (name === undefined) throw new UsageError(`"${text}" is no domain name`, exit.usage);
  return name;
}

/** Our domains, with what people want to know of them. */
export function domainRecords(db: Database): DomainRecord[] {
  return db.all(records, {});
}

/** Says whether it was new. */
export function addDomain(db: Database, by: Cause, text: string, description = ''): boolean {
  const name = wantDomainName(text);
  return db.transaction(() => {
    if (db.run(insert, { name, description, now: by.now }).changes === 0) return false;
    log(db, by, { kind: 'domain-added', subject: name });
    return true;
  });
}

/** Gives up a domain that has no lists. */
export function removeDomain(db: Database, by: Cause, text: string): void {
  const name = wantDomainName(text);
  db.transaction(() => {
    if (!isDomain(db, name)) throw new UsageError(`no domain ${name}`, exit.noInput);
    const lists = db.get(countLists, { name })?.count ?? 0;
    if (lists > 0) {
      throw new UsageError(`${name} still has ${lists} lists; remove them first`, exit.failure);
    }
    const old = db.get(countOldNames, { name })?.count ?? 0;
    if (old > 0) {
      throw new UsageError(
        `${old} lists that moved away from ${name} still receive there; ` +
          '"listmill list show" names their old addresses, "listmill list forget" drops one',
        exit.failure,
      );
    }
    db.run(remove, { name });
    log(db, by, { kind: 'domain-removed', subject: name });
  });
}
