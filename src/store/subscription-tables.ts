/** The tables of subscriptions: a step of the migrations, and their types. */
import type { PreferenceName, WayName } from '../model/preferences.ts';
import type { Consent, RequestKind } from '../model/request.ts';
import type { Waiting } from '../model/subscription.ts';
import type { Generated } from './sql.ts';

export const subscriptionTables = `
create table request (
  seq integer primary key,
  list integer not null references list (seq) on delete cascade,
  key text not null,
  address text not null,
  kind text not null check (kind in ('join', 'leave', 'invite', 'orders', 'move')),
  -- What of one address and list there is one of at a time.
  slot text not null check (slot in ('subscription', 'orders', 'move')),
  waits text not null check (waits in ('subscriber', 'moderator')),
  token text not null unique,
  detail text not null,
  made integer not null,
  expires integer not null,
  cause text not null,
  -- When a moderator was last told of it.
  told integer not null,
  unique (list, key, slot)
) strict;
create index request_expires on request (expires);
create index request_undecided on request (seq) where waits = 'moderator';
create index request_key on request (key);

-- Outlives the list and the membership: it is what shows that somebody wanted mail.
create table consent (
  seq integer primary key,
  list text not null,
  key text not null,
  address text not null,
  event text not null check (event in ('joined', 'left')),
  at integer not null,
  way text not null,
  cause text not null,
  asked text not null,
  confirmed text not null
) strict;
create index consent_key on consent (key, at);

-- One row for each message that a stranger made us send, for a day.
create table bother (
  seq integer primary key,
  target text not null,
  source text not null,
  at integer not null
) strict;
create index bother_target on bother (target, at);
create index bother_source on bother (source, at);
create index bother_at on bother (at);

create table preference (
  seq integer primary key,
  member integer references member (number) on delete cascade,
  address integer references address (seq) on delete cascade,
  user integer references user (number) on delete cascade,
  name text not null check (
    name in ('ownPosts', 'duplicates', 'acknowledge', 'hidden', 'language')
  ),
  -- on, off, or a language.
  value text not null,
  check ((member is not null) + (address is not null) + (user is not null) = 1)
) strict;
create unique index preference_member on preference (member, name) where member is not null;
create unique index preference_address on preference (address, name) where address is not null;
create unique index preference_user on preference (user, name) where user is not null;

create table mute (
  member integer not null references member (number) on delete cascade,
  thread text not null,
  at integer not null,
  primary key (member, thread)
) strict, without rowid;
create index mute_thread on mute (thread, member);

-- No delivery between two times.
create table pause (
  member integer primary key references member (number) on delete cascade,
  starts integer not null,
  ends integer not null
) strict;
create index pause_ends on pause (ends);
`;

export type SubscriptionTables = {
  request: {
    seq: Generated<number>;
    list: number;
    key: string;
    address: string;
    kind: RequestKind;
    slot: Slot;
    waits: Waiting;
    token: string;
    detail: string;
    made: number;
    expires: number;
    cause: string;
    told: number;
  };
  consent: {
    seq: Generated<number>;
    list: string;
    key: string;
    address: string;
    event: Consent['event'];
    at: number;
    way: string;
    cause: string;
    asked: string;
    confirmed: string;
  };
  bother: { seq: Generated<number>; target: string; source: string; at: number };
  preference: {
    seq: Generated<number>;
    member: number | null;
    address: number | null;
    user: number | null;
    name: PreferenceName | WayName;
    value: string;
  };
  mute: { member: number; thread: string; at: number };
  pause: { member: number; starts: number; ends: number };
};

/** What of one address and list there is one of at a time. */
export type Slot = 'subscription' | 'orders' | 'move';
