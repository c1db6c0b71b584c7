/** The tables of bounces: the second step of the migrations, and their types. */
import type { Cause } from '../model/diagnosis.ts';
import type { Effect, FailureWay, Proof } from '../model/failure.ts';
import type { Generated } from './sql.ts';

export const bounceTables = `
-- Evidence. New rows stand at the end of the table and of its indexes, however long it is: what
-- happened to one member is found by way of "previous", so it needs no index of its own.
create table bounce_event (
  seq integer primary key,
  list integer not null references list (seq) on delete cascade,
  member integer,
  address text not null,
  domain text not null,
  mailing text not null,
  via text not null,
  proof text not null,
  cause text not null,
  status text not null,
  diagnostic text not null,
  detector text not null,
  entry text not null,
  at integer not null,
  effect text not null,
  weight real not null,
  counted_before integer,
  previous integer,
  storm integer,
  told integer not null check (told in (0, 1))
) strict;
create unique index bounce_event_once on bounce_event (mailing, list, member)
  where member is not null;
create index bounce_event_list on bounce_event (list, at);
create index bounce_event_storm on bounce_event (storm) where storm is not null;
create index bounce_event_untold on bounce_event (list) where told = 0;

create table bouncer (
  member integer primary key references member (number) on delete cascade,
  list integer not null references list (seq) on delete cascade,
  score real not null,
  counted_at integer,
  last_event integer,
  disabled_at integer,
  disabled_by integer,
  told_at integer,
  warnings integer not null default 0,
  warned_at integer,
  probe_due integer,
  probed_at integer
) strict;
create index bouncer_list on bouncer (list);
create index bouncer_disabled on bouncer (list, disabled_at) where disabled_at is not null;
create index bouncer_probe on bouncer (list, probe_due) where probe_due is not null;

create table bounce_tally (
  list integer not null references list (seq) on delete cascade,
  mailing text not null,
  domain text not null,
  cause text not null,
  failures integer not null,
  at integer not null,
  primary key (list, mailing, domain, cause)
) strict, without rowid;

create table bounce_storm (
  seq integer primary key autoincrement,
  list integer not null references list (seq) on delete cascade,
  mailing text not null,
  domain text not null,
  cause text not null,
  failures integer not null,
  of integer not null,
  state text not null check (state in ('open', 'released', 'dropped')),
  began integer not null,
  last_at integer not null,
  decided_at integer,
  decided_by text,
  told_at integer
) strict;
create index bounce_storm_list on bounce_storm (list, state);

create table bounce_round (
  list integer primary key references list (seq) on delete cascade,
  number integer not null,
  at integer not null
) strict;

create table bounce_other (
  list integer not null references list (seq) on delete cascade,
  day integer not null,
  shown integer not null,
  count integer not null,
  primary key (list, day)
) strict, without rowid;

create index posting_message on posting (list, message_id);
`;

export type StormState = 'open' | 'released' | 'dropped';

export type BounceTables = {
  bounce_event: {
    seq: Generated<number>;
    list: number;
    /** A member's number, who may be gone by now; null: nobody of ours. */
    member: number | null;
    /** The key of the address that failed. */
    address: string;
    domain: string;
    /** The root id of the mailing, or what stands for the report (begins with `~`). */
    mailing: string;
    via: FailureWay;
    proof: Proof;
    cause: Cause;
    status: string;
    diagnostic: string;
    detector: string;
    /** The step that brought it: names the entry. */
    entry: string;
    at: number;
    effect: Effect;
    /** What it added to the score. */
    weight: number;
    /** The member's `counted_at` before it. */
    counted_before: number | null;
    /** The member's event before this one. */
    previous: number | null;
    storm: number | null;
    told: 0 | 1;
  };
  bouncer: {
    member: number;
    list: number;
    score: number;
    counted_at: number | null;
    last_event: number | null;
    /** Since when delivery is stopped because of bounces, and by which event. */
    disabled_at: number | null;
    disabled_by: number | null;
    /** When the owners were told. */
    told_at: number | null;
    warnings: Generated<number>;
    warned_at: number | null;
    /** A probe is to be sent. */
    probe_due: number | null;
    probed_at: number | null;
  };
  bounce_tally: {
    list: number;
    mailing: string;
    /** Empty: the whole mailing. */
    domain: string;
    cause: Cause;
    failures: number;
    at: number;
  };
  bounce_storm: {
    seq: Generated<number>;
    list: number;
    mailing: string;
    domain: string;
    cause: Cause;
    failures: number;
    /** Of so many. */
    of: number;
    state: StormState;
    began: number;
    last_at: number;
    decided_at: number | null;
    decided_by: string | null;
    told_at: number | null;
  };
  bounce_round: { list: number; number: number; at: number };
  bounce_other: { list: number; day: number; shown: number; count: number };
};
