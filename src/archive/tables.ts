/**
 * The tables of the index. It holds nothing that the volumes and `removed.jsonl` do not say, so
 * an older one is not migrated but made anew.
 *
 * The number of a posting is its second since 1970 times 1024, and some: so numbers are in the
 * order of time, the newest are found without sorting, and a span of time is a span of numbers.
 */

/** Made anew when this changes. */
export const indexVersion = 6;

/** Postings of one second that have numbers of their own; more go into the next seconds. */
export const perSecond = 1024;

/** All of them, empty. */
export const indexTables = `
create table list (seq integer primary key, id text not null unique) strict;

create table volume (
  seq integer primary key,
  list integer not null,
  name text not null,
  -- Up to here it is in the index.
  bytes integer not null,
  closed integer not null,
  unique (list, name)
) strict;

create table author (
  seq integer primary key,
  list integer not null,
  -- Base32 of a hash of the address: it may be shown where the address must not.
  key text not null,
  address text not null,
  name text not null,
  posts integer not null,
  latest integer not null,
  unique (list, key)
) strict;
create index author_posts on author (list, posts desc);

create table thread (
  seq integer primary key,
  list integer not null,
  posts integer not null,
  -- The number of its latest posting.
  latest integer not null
) strict;
create index thread_latest on thread (list, latest);

-- What references tie together. A thread is one of them, or several by their subject.
create table strand (
  seq integer primary key,
  list integer not null,
  thread integer not null,
  -- Of its first question with a subject, or else its first answer: the bare subject, folded,
  -- hashed; whether it is an answer's (1); when it was written, ms; and its hashed Message-ID.
  subject blob,
  headless integer not null,
  at integer not null,
  own blob not null
) strict;
create index strand_subject on strand (list, subject, at, own) where subject is not null;
create index strand_thread on strand (thread);

-- Every Message-ID that is had or answered to, and the strand that it belongs to.
create table mention (
  list integer not null,
  id blob not null,
  strand integer not null,
  primary key (list, id)
) strict, without rowid;
create index mention_strand on mention (strand);

create table posting (
  id integer primary key,
  list integer not null,
  entry text not null,
  called text,
  volume integer not null,
  start integer not null,
  size integer not null,
  hash text not null,
  message_id text not null,
  thread integer not null,
  author integer not null,
  subject text not null,
  is_answer integer not null,
  -- The hashes of the ids that it answers to, the nearest last, eight bytes each.
  refs blob not null,
  received integer not null,
  -- What its Date says, where it says anything.
  dated integer,
  files integer not null,
  state text not null check (state in ('whole', 'redacted', 'removed')),
  -- Rises with each change of any posting, and with each new index (it begins with the time it
  -- was made): what was made of a lower one is stale.
  version integer not null
) strict;
create unique index posting_entry on posting (list, entry);
create index posting_hash on posting (hash);
create index posting_list on posting (list, id);
create index posting_thread on posting (thread, id);
create index posting_author on posting (author, id);
create index posting_version on posting (list, version);

-- The text as it is read, deflated: for excerpts.
create table body (id integer primary key, text blob not null) strict;

create table file (
  posting integer not null,
  part integer not null,
  name text not null,
  type text not null,
  bytes integer not null,
  primary key (posting, part)
) strict, without rowid;

create table version (
  id integer primary key check (id = 1),
  value integer not null,
  -- What it was when the index was made.
  begun integer not null
) strict;

create virtual table words using fts5 (
  subject, author, body, files, tags,
  content = '', contentless_delete = 1,
  tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'"
);
insert into words (words, rank) values ('automerge', 8);
`;
