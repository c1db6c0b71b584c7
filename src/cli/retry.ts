/** `listmill retry`: copies that wait for another try, or for their time. */

import { addressAt } from '../model/recipients.ts';
import { hasten } from '../spool/hasten.ts';
import { readPlace } from '../spool/parked.ts';
import { type Place, waitingIn } from '../spool/places.ts';
import { open, readProgress } from '../spool/progress.ts';
import type { Spool } from '../spool/spool.ts';
import { jsonOption } from './arguments.ts';
import type { Command, Io, Verb } from './command.ts';
import { type Column, type Format, list, when, writeLine } from './output.ts';

/** What waits for one domain in one mailing. */
type Waiting = {
  readonly domain: string;
  readonly mailing: string;
  readonly list: string | undefined;
  recipients: number;
  next: number;
  attempts: number;
  since: number | undefined;
  why: string | undefined;
};

type Filter = { readonly domain?: string; readonly mailing?: string };

export const retry: Verb = (program, io) => {
  const family = program.command('retry').description('copies that wait for another try');
  addLs(family, io);
  addFlush(family, io);
};

const domainOption = ['--domain <domain>', 'only what waits for this domain'] as const;
const mailingOption = ['--mailing <id>', 'only of this mailing, or posting'] as const;

function addLs(family: Command, io: Io): void {
  family
    .command('ls')
    .description('what waits, by mailing and domain: how many, until when, and why')
    .option(...domainOption)
    .option(...mailingOption)
    .addOption(jsonOption())
    .action(async ({ json, ...filter }: Format & Filter) => {
      const { spool } = await io.site();
      const rows = waitingRows(spool, filter, io.now());
      await list(io, json === undefined ? {} : { json }, rows, columns, 'Nothing waits.');
    });
}

function addFlush(family: Command, io: Io): void {
  family
    .command('flush')
    .description('try at once what waits; limits and slow servers still count')
    .option(...domainOption)
    .option(...mailingOption)
    .action(async (filter: Filter) => {
      const { spool } = await io.site();
      const now = io.now();
      const count = await hasten(spool, chosen(spool, filter, now), now);
      await writeLine(io, count === 1 ? '1 batch is due now.' : `${count} batches are due now.`);
    });
}

/** Batches that wait until later, one by one as they are read. */
function* chosen(spool: Spool, { domain, mailing }: Filter, now: number): Generator<Place> {
  for (const place of [...waitingIn(spool, 'outgoing')]) {
    if (place.kind !== 'waiting' || place.name.due <= now) continue;
    if (mailing !== undefined && !isOf(place, mailing)) continue;
    if (domain === undefined || domainsOf(place).has(domain.toLowerCase())) yield place;
  }
}

function isOf(place: Place, mailing: string): boolean {
  const read = readPlace(place);
  if (read.kind !== 'entry' || read.meta.work.kind !== 'batch') return false;
  return read.meta.work.mailing.startsWith(mailing) || place.id.startsWith(mailing);
}

function waitingRows(spool: Spool, filter: Filter, now: number): Iterable<Waiting> {
  const rows = new Map<string, Waiting>();
  for (const place of chosen(spool, filter, now)) {
    const read = readPlace(place);
    if (read.kind !== 'entry' || read.meta.work.kind !== 'batch') continue;
    const { meta } = read;
    const { mailing, why, since } = read.meta.work;
    for (const [domain, recipients] of domainsOf(place)) {
      if (filter.domain !== undefined && domain !== filter.domain.toLowerCase()) continue;
      const key = `${mailing} ${domain}`;
      const { list: of, due, attempts } = meta;
      const row = rows.get(key) ?? {
        ...{ domain, mailing, list: of, recipients: 0, next: due, attempts, since, why },
      };
      row.recipients += recipients;
      row.next = Math.min(row.next, due);
      row.attempts = Math.max(row.attempts, attempts);
      rows.set(key, row);
    }
  }
  return rows.values();
}

/** How many of each domain have no answer that lasts. */
function domainsOf(place: Place): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const read = readPlace(place);
  if (read.kind !== 'entry' || read.meta.work.kind !== 'batch') return found;
  const { recipients } = read.meta.work;
  const { states } = readProgress(place.folder, recipients.length);
  for (const [n, state] of states.entries()) {
    if (state !== open) continue;
    const address = addressAt(recipients, n);
    const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
    found.set(domain, (found.get(domain) ?? 0) + 1);
  }
  return found;
}

const columns: readonly Column<Waiting>[] = [
  { title: 'DOMAIN', of: ({ domain }) => domain },
  { title: 'COPIES', of: ({ recipients }) => recipients, align: 'right' },
  { title: 'NEXT TRY', of: ({ next }) => when(next) },
  { title: 'TRIES', of: ({ attempts }) => attempts, align: 'right' },
  { title: 'SINCE', of: ({ since }) => when(since) },
  { title: 'WHY', of: ({ why }) => why },
  { title: 'MAILING', of: ({ mailing }) => mailing },
];
