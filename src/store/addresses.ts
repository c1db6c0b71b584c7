/** Addresses as their owners write them, each once, found by their key. */
import { type Address, addressKey } from '../mail/address.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

const insert = query((p: { address: string; key: string; now: number }) =>
  q
    .insertInto('address')
    .values({ address: p.address, key: p.key, created: p.now })
    .onConflict((conflict) => conflict.column('key').doNothing()),
);
const find = query((p: { key: string }) =>
  q.selectFrom('address').select('seq').where('key', '=', p.key),
);
const respell = query((p: { seq: number; address: string }) =>
  q.updateTable('address').set({ address: p.address }).where('seq', '=', p.seq),
);
const verify = query((p: { seq: number; now: number }) =>
  q.updateTable('address').set({ verified: p.now }).where('seq', '=', p.seq),
);
const removeUnused = query((p: { seq: number }) =>
  q
    .deleteFrom('address')
    .where('seq', '=', p.seq)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('member').select('number').where('address', '=', p.seq))),
    )
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('user_address').select('user').where('address', '=', p.seq))),
    ),
);
const somePage = query((p: { after: number; limit: number }) =>
  q
    .selectFrom('address')
    .select('seq')
    .select((e) =>
      e
        .not(
          e.or([
            e.exists(
              e.selectFrom('member').select('number').whereRef('address', '=', 'address.seq'),
            ),
            e.exists(
              e.selectFrom('user_address').select('user').whereRef('address', '=', 'address.seq'),
            ),
          ]),
        )
        .as('unused'),
    )
    .where('seq', '>', p.after)
    .orderBy('seq')
    .limit(p.limit),
);
const page = 1000;

/** The row of an address, made when there is none. The spelling that came first stays. */
export function ensureAddress(db: Database, address: Address, now: number): number {
  const key = addressKey(address);
  const made = db.run(insert, { address, key, now });
  if (made.changes > 0) return made.lastKey;
  const found = db.get(find, { key });
  if (!found) throw new Error(`the address ${key} is neither new nor known`);
  return found.seq;
}

/** The key of an address that is known. */
export function addressSeq(db: Database, address: Address): number | undefined {
  return db.get(find, { key: addressKey(address) })?.seq;
}

/** Writes an address differently from now on (`Ann@x.org` instead of `ann@x.org`). */
export function respellAddress(db: Database, seq: number, address: Address): void {
  db.run(respell, { seq, address });
}

/** Its owner has shown that mail reaches him there. */
export function verifyAddress(db: Database, seq: number, now: number): void {
  db.run(verify, { seq, now });
}

/** Forgets an address that is nobody's any more. */
export function forgetAddress(db: Database, seq: number): void {
  db.run(removeUnused, { seq });
}

/** Forgets all that are nobody's, page by page: a list that was removed leaves many. */
export async function forgetAddresses(db: Database): Promise<number> {
  let forgotten = 0;
  for (let after = 0; ; ) {
    const rows = db.all(somePage, { after, limit: page });
    const unused = rows.filter((row) => Number(row.unused) === 1);
    if (unused.length > 0) {
      db.transaction(() => {
        for (const { seq } of unused) db.run(removeUnused, { seq });
      });
    }
    forgotten += unused.length;
    const last = rows.at(-1);
    if (!last || rows.length < page) return forgotten;
    after = last.seq;
    await new Promise<void>((resume) => setImmediate(resume));
  }
}
