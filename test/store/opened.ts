/** A store of its own for a test, with the domain example.org in it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address } from '../../src/mail/address.ts';
import type { ListId } from '../../src/model/ids.ts';
import type { Role } from '../../src/model/list.ts';
import { openDatabase } from '../../src/store/migrate.ts';
import type { Database } from '../../src/store/sqlite.ts';
import { openStore, type StagedMember, type Store } from '../../src/store/store.ts';
import { address } from '../literals.ts';

export type OpenedStore = AsyncDisposable & {
  readonly folder: string;
  readonly path: string;
  readonly store: Store;
  /** Stands still until a test moves it. */
  readonly time: { now: number };
  /** Another connection to the same file, for looking at rows. */
  rows(): Promise<Database>;
};

export async function opened(): Promise<OpenedStore> {
  const folder = mkdtempSync(join(tmpdir(), 'listmill-store-'));
  const path = join(folder, 'listmill.db');
  const time = { now: 1_000_000 };
  const store = await openStore(path, { create: true, now: () => time.now });
  await store.as('test').addDomain('example.org');
  const others: Database[] = [];
  return {
    folder,
    path,
    store,
    time,
    rows: async () => {
      const db = await openDatabase(path);
      others.push(db);
      return db;
    },
    [Symbol.asyncDispose]: async () => {
      for (const db of others) db.close();
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The list `name@example.org` with members in that order. */
export async function listWith(
  { store }: OpenedStore,
  name: string,
  members: readonly string[] = [],
): Promise<ListId> {
  const admin = store.as('test');
  const id = await admin.createList({ name, domain: 'example.org' });
  for (const text of members) await admin.addMember(id, 'member', address(text));
  return id;
}

export function staged(addresses: readonly string[], role: Role = 'member'): StagedMember[] {
  return addresses.map((text, at) => ({ line: at + 1, address: address(text), role, wish: {} }));
}

export async function addressesOf(store: Store, list: ListId, role: Role = 'member') {
  const found: Address[] = [];
  for await (const member of store.members({ list, role })) found.push(member.address);
  return found;
}
