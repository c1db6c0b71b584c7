/**
 * A step of the migrations: what members want is kept in one place. Before, mailings read two
 * options from the member's row, with the list's default of the day when he joined.
 */
export const preferenceTables = `
create table preference_next (
  seq integer primary key,
  member integer references member (number) on delete cascade,
  address integer references address (seq) on delete cascade,
  user integer references user (number) on delete cascade,
  name text not null check (name in (
    'ownPosts', 'duplicates', 'acknowledge', 'hidden', 'untagged', 'language', 'topics'
  )),
  -- on, off, a language, or topics with commas between them.
  value text not null,
  check ((member is not null) + (address is not null) + (user is not null) = 1)
) strict;
insert into preference_next select seq, member, address, user, name, value from preference;
drop table preference;
alter table preference_next rename to preference;
create unique index preference_member on preference (member, name) where member is not null;
create unique index preference_address on preference (address, name) where address is not null;
create unique index preference_user on preference (user, name) where user is not null;

-- What differs from how lists begin was chosen by somebody.
insert into preference (member, name, value)
  select number, 'ownPosts', 'off' from member
  where role = 'member' and own_posts = 0
    and not exists (select 1 from setting where list = member.list and name = 'ownPosts')
  on conflict do nothing;
insert into preference (member, name, value)
  select number, 'duplicates', 'on' from member
  where role = 'member' and duplicates = 1
    and not exists (select 1 from setting where list = member.list and name = 'duplicates')
  on conflict do nothing;
alter table member drop column own_posts;
alter table member drop column duplicates;
`;
