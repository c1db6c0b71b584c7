/** How each subscription came about, and ended. */
import type { ConsentNote } from '../model/change-subscription.ts';
import type { Consent } from '../model/request.ts';
import type { Cause } from './change-log.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

const insert = query(
  (p: {
    list: string;
    key: string;
    address: string;
    event: Consent['event'];
    at: number;
    way: string;
    cause: string;
    asked: string;
    confirmed: string;
  }) =>
    q.insertInto('consent').values({
      list: p.list,
      key: p.key,
      address: p.address,
      event: p.event,
      at: p.at,
      way: p.way,
      cause: p.cause,
      asked: p.asked,
      confirmed: p.confirmed,
    }),
);
const ofKey = query((p: { key: string }) =>
  q
    .selectFrom('consent')
    .select(['list', 'address', 'event', 'at', 'way', 'cause', 'asked', 'confirmed'])
    .where('key', '=', p.key)
    .orderBy('seq'),
);
const forget = query((p: { key: string }) => q.deleteFrom('consent').where('key', '=', p.key));

export function noteConsent(
  db: Database,
  by: Cause,
  what: Pick<Consent, 'list' | 'address' | 'event'> & { readonly key: string },
  note: ConsentNote,
): void {
  db.run(insert, { ...what, ...note, at: by.now, cause: by.cause });
}

/** What somebody consented to, and when. */
export function consentsOf(db: Database, key: string): Consent[] {
  return db.all(ofKey, { key });
}

/** Forgets the consents of an address; how many there were. */
export function forgetConsents(db: Database, key: string): number {
  return db.run(forget, { key }).changes;
}
