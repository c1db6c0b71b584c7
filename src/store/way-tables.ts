/**
 * A step of the migrations: in which mode and rhythm somebody wants his mail can be said for an
 * address and for a user, too. What counts stands in the member's row, as mailings go by it.
 */
export const wayTables = `
create table preference_next (
  seq integer primary key,
  member integer references member (number) on delete cascade,
  address integer references address (seq) on delete cascade,
  user integer references user (number) on delete cascade,
  name text not null check (name in (
    'ownPosts', 'duplicates', 'acknowledge', 'hidden', 'untagged', 'language', 'topics',
    'mode', 'rhythm'
  )),
  -- on, off, a language, topics with commas between them, a mode, a rhythm.
  value text not null,
  check ((member is not null) + (address is not null) + (user is not null) = 1)
) strict;
insert into preference_next select seq, member, address, user, name, value from preference;
drop table preference;
alter table preference_next rename to preference;
create unique index preference_member on preference (member, name) where member is not null;
create unique index preference_address on preference (address, name) where address is not null;
create unique index preference_user on preference (user, name) where user is not null;

-- Who has another mode than new members of his list chose it there.
insert into preference (member, name, value)
  select number, 'mode', mode from member
  where role = 'member' and mode <> coalesce(
    (select json_extract(value, '$') from setting where list = member.list and name = 'mode'),
    'regular');
insert into preference (member, name, value)
  select number, 'rhythm', rhythm from member where role = 'member' and rhythm <> 'list';
`;
