/** Held postings: why they wait, and what was decided. */

export const heldTables = `
create table held (
  id text primary key,
  list integer not null references list (seq) on delete cascade,
  author text not null,
  subject text not null,
  bytes integer not null,
  reasons text not null,
  since integer not null,
  minder text,
  seconds text,
  quiet_until integer not null,
  told_at integer not null,
  reminders integer not null,
  decision text check (decision in ('accept', 'reject', 'discard')),
  reason text,
  decided_by text,
  decided_cause text,
  decided_at integer,
  check ((decision is null) = (decided_at is null))
) strict, without rowid;
create index held_waiting on held (list, since) where decision is null;
create index held_decided on held (decided_at) where decision is not null;

create table held_key (
  token text primary key,
  held text not null references held (id) on delete cascade,
  who text not null
) strict, without rowid;
create index held_key_held on held_key (held);
`;

export type HeldTables = {
  held: {
    id: string;
    list: number;
    author: string;
    subject: string;
    bytes: number;
    /** JSON. */
    reasons: string;
    since: number;
    minder: string | null;
    seconds: string | null;
    quiet_until: number;
    told_at: number;
    reminders: number;
    decision: 'accept' | 'reject' | 'discard' | null;
    reason: string | null;
    decided_by: string | null;
    decided_cause: string | null;
    decided_at: number | null;
  };
  held_key: { token: string; held: string; who: string };
};
