/** Whom a failure is about. */
import type { AddressKey } from '../mail/address.ts';
import type { Failure } from '../model/failure.ts';
import type { DeliveryStatus } from '../model/list.ts';
import type { Known } from './lists.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

export type Addressee = {
  readonly number: number;
  readonly address: string;
  readonly key: AddressKey;
  readonly domain: string;
  readonly status: DeliveryStatus;
};

const numbered = query((p: { list: number; number: number }) =>
  q
    .selectFrom('member')
    .innerJoin('address', 'address.seq', 'member.address')
    .select(['member.number', 'member.status', 'address.address', 'address.key'])
    .where('member.number', '=', p.number)
    .where('member.list', '=', p.list)
    .where('member.role', '=', 'member'),
);
const addressed = query((p: { list: number; key: string }) =>
  q
    .selectFrom('address')
    .innerJoin('member', 'member.address', 'address.seq')
    .select(['member.number', 'member.status', 'address.address', 'address.key'])
    .where('address.key', '=', p.key)
    .where('member.list', '=', p.list)
    .where('member.role', '=', 'member'),
);

/** The member by number, else by the first address that one has. */
export function findAddressee(
  db: Database,
  list: Known,
  { member, addresses }: Pick<Failure, 'member' | 'addresses'>,
): Addressee | undefined {
  const row =
    member === undefined ? undefined : db.get(numbered, { list: list.seq, number: member });
  if (row) return addresseeOf(row);
  for (const key of addresses) {
    const found = db.get(addressed, { list: list.seq, key });
    if (found) return addresseeOf(found);
  }
  return undefined;
}

type Row = Omit<Addressee, 'key' | 'domain'> & { readonly key: string };

/** The key was made when the address came in; here it gets its type back. */
function addresseeOf(row: Row): Addressee {
  const domain = row.key.slice(row.key.lastIndexOf('@') + 1);
  return { ...row, key: row.key as AddressKey, domain };
}
