/** What rules ask of the books: bans, what came before, what DNS said. */
export const ruleTables = `
-- list null: on all lists. address_key null: the entry is a pattern.
create table ban (
  seq integer primary key,
  list integer references list (seq) on delete cascade,
  entry text not null,
  address_key text,
  reason text not null,
  who text not null,
  at integer not null
) strict;
create unique index ban_entry on ban (coalesce(list, 0), entry);
create index ban_address on ban (address_key, list) where address_key is not null;
create index ban_pattern on ban (list) where address_key is null;

-- Postings that were accepted or held; message_id null: it had none.
create table seen (
  seq integer primary key,
  list integer not null references list (seq) on delete cascade,
  message_id text,
  author text not null,
  root text not null,
  at integer not null
) strict;
create unique index seen_id on seen (list, message_id) where message_id is not null;
create index seen_author on seen (list, author, at);
create index seen_at on seen (list, at);

create table poster (
  list integer not null references list (seq) on delete cascade,
  author text not null,
  accepted integer not null,
  primary key (list, author)
) strict, without rowid;

create table dmarc_finding (
  domain text primary key,
  finding text not null,
  until integer not null
) strict, without rowid;
`;
