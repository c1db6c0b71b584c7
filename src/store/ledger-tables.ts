/** The tables of the ledger, as steps from an empty file to today's. */
export const ledgerTables: readonly string[] = [
  `
create table ledger_mailing (
  seq integer primary key,
  id text not null unique,
  list text,
  message_id text not null,
  received integer not null,
  hops text not null,
  at integer not null
) strict;
create index ledger_mailing_message on ledger_mailing (message_id);
create index ledger_mailing_at on ledger_mailing (at);

create table ledger_batch (
  seq integer primary key,
  mailing integer not null,
  batch text not null,
  round integer not null,
  at integer not null,
  answers blob not null,
  unique (mailing, batch, round)
) strict;
create index ledger_batch_at on ledger_batch (at);
`,
];

/** Marks a file as a ledger of ours: "LLed". */
export const ledgerId = 0x4c4c6564;
