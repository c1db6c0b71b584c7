/** What was proved of postings; and mailings that go on in quiet hours. */
export const postingTables = `
alter table posting add column authenticated text;

alter table mailing_order rename to mailing_order_before;
create table mailing_order (
  mailing text primary key,
  what text not null check (what in ('pause', 'cancel', 'go')),
  who text not null,
  at integer not null
) strict, without rowid;
insert into mailing_order select mailing, what, who, at from mailing_order_before;
drop table mailing_order_before;
`;
