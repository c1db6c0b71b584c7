/**
 * The tables, as steps from an empty database to today's. A step that was released is never
 * changed: a new one is added behind it, and `tables.ts` says what is then there.
 */
import { archiveNames } from './archive-names.ts';
import { aliasTables } from './author-aliases.ts';
import { oursTables } from './bounce-ours.ts';
import { bounceTables } from './bounce-tables.ts';
import { bulkTables } from './bulk-tables.ts';
import { digestTables } from './digest-tables.ts';
import { heldTables } from './held-tables.ts';
import { mailingTables } from './mailing-tables.ts';
import { postingTables } from './posting-tables.ts';
import { preferenceTables } from './preference-tables.ts';
import { requestDecisionTables } from './request-decisions.ts';
import { ruleTables } from './rule-tables.ts';
import { subscriptionTables } from './subscription-tables.ts';
import { wayTables } from './way-tables.ts';

/** Marks a file as ours: "LMil". */
export const applicationId = 0x4c4d696c;

/**
 * Whatever a list view is made of; each change of it makes cached views stale. The new value is
 * random, so that one that was rolled back never comes again.
 */
const viewed = [
  ['list', 'update of id, name, domain, version'],
  ['list', 'insert'],
  ['list', 'delete'],
  ['list_alias', 'insert'],
  ['list_alias', 'delete'],
  ['domain', 'insert'],
  ['domain', 'delete'],
] as const;

const triggers = viewed.map(
  ([table, event], index) => `create trigger ${table}_viewed_${index} after ${event} on ${table}
    begin update generation set value = abs(random() % 4503599627370496); end;`,
);

const first = `
create table domain (
  name text primary key,
  description text not null,
  created integer not null
) strict, without rowid;

create table list (
  seq integer primary key autoincrement,
  id text not null unique,
  name text not null,
  domain text not null references domain (name),
  created integer not null,
  postings integer not null default 0,
  version integer not null default 0,
  unique (name, domain)
) strict;
create index list_domain on list (domain);

create table list_alias (
  id text primary key,
  name text not null,
  domain text not null references domain (name),
  list integer not null references list (seq) on delete cascade,
  since integer not null,
  unique (name, domain)
) strict, without rowid;
create index list_alias_list on list_alias (list);
create index list_alias_domain on list_alias (domain);

create table address (
  seq integer primary key,
  address text not null,
  key text not null unique,
  verified integer,
  created integer not null
) strict;

create table user (
  number integer primary key autoincrement,
  name text not null,
  created integer not null
) strict;

create table user_address (
  address integer primary key references address (seq) on delete cascade,
  user integer not null references user (number) on delete cascade,
  preferred integer not null check (preferred in (0, 1))
) strict;
create index user_address_user on user_address (user);

create table member (
  number integer primary key autoincrement,
  list integer not null references list (seq) on delete cascade,
  role text not null check (role in ('member', 'owner', 'moderator', 'nonmember')),
  address integer not null references address (seq),
  name text not null,
  mode text not null check (mode in ('regular', 'mime', 'plain', 'html', 'summary', 'notice')),
  status text not null check (status in ('enabled', 'by-member', 'by-owner', 'by-bounces')),
  status_since integer not null,
  action text not null check (action in ('default', 'accept', 'hold', 'reject', 'discard')),
  own_posts integer not null check (own_posts in (0, 1)),
  duplicates integer not null check (duplicates in (0, 1)),
  attributes text not null,
  joined integer not null,
  source text not null
) strict;
create unique index member_address on member (address, list, role);
create index member_role on member (list, role, number);
-- Covers what a mailing reads of a million rows: only the address itself is elsewhere.
create index member_roster on member (list, role, mode, status, number, address);

create table setting (
  list integer not null references list (seq) on delete cascade,
  name text not null,
  value text not null,
  version integer not null,
  primary key (list, name)
) strict, without rowid;

create table setting_history (
  list integer not null references list (seq) on delete cascade,
  version integer not null,
  name text not null,
  at integer not null,
  who text not null,
  old text,
  new text,
  primary key (list, version, name)
) strict, without rowid;

create table change_log (
  seq integer primary key,
  at integer not null,
  cause text not null,
  list text,
  kind text not null,
  subject text not null,
  detail text not null
) strict;

create table posting (
  list integer not null references list (seq) on delete cascade,
  number integer not null,
  root text not null,
  message_id text not null,
  author text not null,
  subject text not null,
  at integer not null,
  primary key (list, number),
  unique (root, list)
) strict, without rowid;

create table mailing (
  id text primary key,
  list integer references list (seq) on delete set null,
  batches integer not null,
  batches_done integer not null,
  recipients integer not null,
  delivered integer not null,
  refused integer not null,
  failed integer not null,
  cut_done integer not null check (cut_done in (0, 1)),
  started integer not null,
  finished integer
) strict, without rowid;
create index mailing_list on mailing (list, started);

create table refusal (
  seq integer primary key,
  list integer references list (seq) on delete cascade,
  member integer,
  address text not null,
  mailing text not null,
  code integer not null,
  enhanced text,
  text text not null,
  at integer not null,
  cause text not null
) strict;
create index refusal_list on refusal (list, at);
create index refusal_address on refusal (address, at);

create table settled (
  cause text primary key,
  fate text not null,
  at integer not null
) strict, without rowid;

create table generation (
  id integer primary key check (id = 1),
  value integer not null
) strict;
insert into generation values (1, 0);

${triggers.join('\n')}
`;

/** Step `n` makes version `n + 1` of version `n`. */
export const migrations: readonly string[] = [
  first,
  bounceTables,
  ruleTables,
  subscriptionTables,
  heldTables,
  mailingTables,
  digestTables,
  preferenceTables,
  oursTables,
  aliasTables,
  postingTables,
  archiveNames,
  wayTables,
  bulkTables,
  requestDecisionTables,
];

/** The version of the tables that this code knows. */
export const schemaVersion = migrations.length;
