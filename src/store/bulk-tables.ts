/** Tables of what is done to many rows, chunk by chunk: see bulk.ts. */
import type { Rhythm } from '../model/digest.ts';
import type { DeliveryMode, DeliveryStatus, PostAction, Role } from '../model/list.ts';
import type { Generated } from './sql.ts';

export const bulkTables = `
create table bulk (
  number integer primary key,
  what text not null check (what in ('members', 'list')),
  list integer not null references list (seq) on delete cascade,
  mode text not null,
  updates integer not null check (updates in (0, 1)),
  cause text not null,
  way text not null,
  at integer not null,
  -- From then on it is carried out, by whoever opens the books if need be.
  decided integer not null default 0 check (decided in (0, 1)),
  added integer not null default 0,
  changed integer not null default 0,
  removed integer not null default 0
) strict;
create index bulk_list on bulk (list);

-- What is still to be done of it, in the order in which it is done.
create table bulk_member (
  bulk integer not null references bulk (number) on delete cascade,
  key text not null,
  role text not null,
  gone integer not null check (gone in (0, 1)),
  address text not null,
  name text,
  mode text,
  rhythm text,
  status text,
  action text,
  options text,
  attributes text,
  primary key (bulk, key, role)
) strict, without rowid;
`;

/** What a line says of a member; what it does not say is null. */
export type Wished = {
  address: string;
  key: string;
  name: string | null;
  role: Role;
  mode: DeliveryMode | null;
  rhythm: Rhythm | null;
  status: DeliveryStatus | null;
  action: PostAction | null;
  /** JSON: what is said of him for this membership, by name. */
  options: string | null;
  attributes: string | null;
};

export type BulkTables = {
  bulk: {
    number: Generated<number>;
    what: 'members' | 'list';
    list: number;
    mode: DeliveryMode;
    updates: 0 | 1;
    cause: string;
    way: string;
    at: number;
    decided: Generated<0 | 1>;
    added: Generated<number>;
    changed: Generated<number>;
    removed: Generated<number>;
  };
  bulk_member: Wished & { bulk: number; gone: 0 | 1 };
  /** Temporary, of one connection, as are `leaving` and `gone`: see stage.ts. */
  staged: Wished & { line: Generated<number> };
  leaving: { key: string; role: Role; address: string };
  gone: { number: number; address: number };
};
