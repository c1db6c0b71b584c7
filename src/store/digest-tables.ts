/** The tables of digests: a step of the migrations, and their types. */
import type { DigestForm, Rhythm } from '../model/digest.ts';
import type { DeliveryMode } from '../model/list.ts';
import type { Generated } from './sql.ts';
import type { Flag } from './tables.ts';

export const digestTables = `
alter table member add column rhythm text not null default 'list'
  check (rhythm in ('list', 'daily', 'weekly', 'monthly'));
create index member_rhythm on member (list, rhythm, mode) where rhythm <> 'list';

-- How a member gets the postings up to number "through", where he gets later ones in another way.
create table was (
  member integer not null references member (number) on delete cascade,
  through integer not null,
  list integer not null references list (seq) on delete cascade,
  mode text not null,
  rhythm text not null,
  primary key (member, through)
) strict, without rowid;
create index was_list on was (list, through, member);

-- Whoever changes a member, and however: of changes at the same posting the first says it all.
create trigger member_was after update of mode, rhythm on member
  when new.role = 'member' and (old.mode <> new.mode or old.rhythm <> new.rhythm)
begin
  insert or ignore into was (member, through, list, mode, rhythm)
    select new.number, postings, new.list, old.mode, old.rhythm from list
    where seq = new.list and postings > 0;
end;

create table digest_posting (
  seq integer primary key autoincrement,
  list integer not null references list (seq) on delete cascade,
  file text not null unique,
  number integer not null,
  up_to integer not null,
  thread text not null,
  -- JSON: which of the list's topics it is about; null where it has none.
  topics text,
  message_id text not null,
  parent text not null,
  author text not null,
  subject text not null,
  bytes integer not null,
  wide integer not null check (wide in (0, 1)),
  archived integer not null check (archived in (0, 1)),
  at integer not null
) strict;
create index digest_posting_list on digest_posting (list, seq);

-- All postings up to "done" have been in an issue of the stream, or were for nobody there.
create table digest_stream (
  list integer not null references list (seq) on delete cascade,
  rhythm text not null,
  done integer not null,
  volume integer not null,
  number integer not null,
  issued integer,
  primary key (list, rhythm)
) strict, without rowid;

create table digest_issue (
  seq integer primary key autoincrement,
  list integer not null references list (seq) on delete cascade,
  rhythm text not null,
  cause text not null unique,
  volume integer not null,
  number integer not null,
  at integer not null,
  first integer not null,
  last integer not null,
  postings integer not null,
  -- The newest posting in it by its number, and whoever was there before the oldest came.
  newest integer not null,
  up_to integer not null,
  made integer
) strict;
create index digest_issue_list on digest_issue (list, seq);

create table digest_variant (
  issue integer not null references digest_issue (seq) on delete cascade,
  variant integer not null,
  form text not null,
  language text not null,
  -- JSON: which postings; null: all, and for all but those in "odd".
  postings text,
  primary key (issue, variant)
) strict, without rowid;

-- Members whose variant is not that of their form.
create table odd (
  issue integer not null references digest_issue (seq) on delete cascade,
  variant integer not null,
  member integer not null,
  primary key (issue, member)
) strict, without rowid;
create index odd_variant on odd (issue, variant, member);
`;

export type DigestTables = {
  was: { member: number; through: number; list: number; mode: DeliveryMode; rhythm: Rhythm };
  digest_posting: {
    seq: Generated<number>;
    list: number;
    file: string;
    number: number;
    up_to: number;
    thread: string;
    topics: string | null;
    message_id: string;
    parent: string;
    author: string;
    subject: string;
    bytes: number;
    wide: Flag;
    archived: Flag;
    at: number;
  };
  digest_stream: {
    list: number;
    rhythm: Rhythm;
    done: number;
    volume: number;
    number: number;
    issued: number | null;
  };
  digest_issue: {
    seq: Generated<number>;
    list: number;
    rhythm: Rhythm;
    cause: string;
    volume: number;
    number: number;
    at: number;
    first: number;
    last: number;
    postings: number;
    newest: number;
    up_to: number;
    made: number | null;
  };
  digest_variant: {
    issue: number;
    variant: number;
    form: DigestForm;
    language: string;
    postings: string | null;
  };
  odd: { issue: number; variant: number; member: number };
};
