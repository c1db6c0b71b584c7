/** What a person wants of a mailing, and those who did not get one that was cancelled. */
export const mailingTables = `
alter table mailing add column cancelled integer not null default 0;

create table mailing_order (
  mailing text primary key,
  what text not null check (what in ('pause', 'cancel')),
  who text not null,
  at integer not null
) strict, without rowid;

create index posting_by_message on posting (message_id);
`;
