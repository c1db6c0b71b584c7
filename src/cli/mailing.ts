/** `listmill mailing`: postings on their way to their recipients, and what to do about one. */
import type { Site } from '../engine/site.ts';
import { UsageError } from '../ground/errors.ts';
import { type MailingOrder, type MailingRecord, mailingState } from '../model/mailing.ts';
import { hasten } from '../spool/hasten.ts';
import { jsonOption, whoAmI } from './arguments.ts';
import type { Command, Io, Verb } from './command.ts';
import { confirm, yesOption } from './confirm.ts';
import { watchUntilDone } from './mailing-bar.ts';
import {
  dropPutOff,
  findPutOff,
  hastenPutOff,
  isPosting,
  type PutOff,
  putOff,
  putOffRow,
} from './mailing-put-off.ts';
import {
  type MailingRow,
  mailingColumns,
  mailingHelp,
  mailingLines,
  partsOf,
  rowOf,
  wantMailing,
} from './mailing-rows.ts';
import { type Format, list, show, writeLine } from './output.ts';

/** Mailings that are shown at most. */
const maxOpen = 1000;
const maxAll = 100;

export const mailing: Verb = (program, io) => {
  const family = program.command('mailing').description('postings on their way to all recipients');
  addLs(family, io);
  addShow(family, io);
  addOrder(family, io, 'pause', 'let a mailing rest: what is under way is ended, the rest waits');
  addResume(family, io);
  addOrder(family, io, 'cancel', 'end a mailing: whoever has not got it will not get it');
};

function addLs(family: Command, io: Io): void {
  family
    .command('ls')
    .description('mailings that are not through, and postings that wait for their time')
    .option('--all', `also those that are through: the ${maxAll} newest`)
    .addOption(jsonOption())
    .action(async ({ all, ...format }: Format & { all?: boolean }) => {
      const { mailings } = await (await io.site()).store();
      const found = all ? await mailings.newest(maxAll) : await mailings.open(maxOpen);
      await list(io, format, rowsOf(io, found), mailingColumns, 'No mailing is on its way.');
    });
}

async function* rowsOf(io: Io, found: readonly MailingRecord[]): AsyncGenerator<MailingRow> {
  const site = await io.site();
  const store = await site.store();
  for (const one of found) yield await rowOf(site, store, one, io.now());
  for (const one of putOff(site, io.now())) yield await putOffRow(store, one);
}

function addShow(family: Command, io: Io): void {
  family
    .command('show')
    .description('one mailing: figures, rate, and the time left')
    .argument('<mailing>', mailingHelp)
    .option('--watch', 'draw a bar until it is through')
    .addOption(jsonOption())
    .action(async (text: string, { watch, ...format }: Format & { watch?: boolean }) => {
      const site = await io.site();
      const store = await site.store();
      const before = await beforeBooks(site, text, io.now());
      if (before) {
        const row = await putOffRow(store, before);
        await show(io, format, row, mailingLines(row));
        return;
      }
      const { id } = await wantMailing(store, text);
      const look = async () => await rowOf(site, store, await wantMailing(store, id), io.now());
      if (watch) await watchUntilDone(io, look);
      const row = await look();
      await show(io, format, row, mailingLines(row));
    });
}

type Halting = Exclude<MailingOrder, 'go'>;

const said: Readonly<Record<Halting, string>> = {
  pause: 'rests until "listmill mailing resume"',
  cancel: 'ends here',
};

function addOrder(family: Command, io: Io, order: Halting, help: string): void {
  const command = family.command(order).description(help).argument('<mailing>', mailingHelp);
  if (order === 'cancel') command.addOption(yesOption());
  command.action(async (text: string, { yes }: { yes?: boolean }) => {
    const site = await io.site();
    const store = await site.store();
    const before = await beforeBooks(site, text, io.now());
    const one = before ? await putOffRow(store, before) : await wantRunning(store, text);
    if (order === 'cancel') {
      const question = `End ${one.id} (${one.subject ?? one.list})? It cannot be taken up again.`;
      if (!(await confirm(io, question, yes))) return;
    }
    if (before && isPosting(before)) {
      if (order === 'cancel') return await dropPutOff(io, site, before);
      throw new UsageError(`${one.id} has not begun; "listmill mailing cancel" drops it`);
    }
    await store.mailings.command(one.id, order, whoAmI());
    // What waits for a retry is to end now, not at its time.
    if (order === 'cancel') await hastenAll(site, one, io.now());
    await writeLine(io, `${one.id} ${said[order]}.`);
  });
}

function addResume(family: Command, io: Io): void {
  family
    .command('resume')
    .description('let a mailing that rests go on at once, also in quiet hours of its list')
    .argument('<mailing>', mailingHelp)
    .action(async (text: string) => {
      const site = await io.site();
      const store = await site.store();
      const before = await beforeBooks(site, text, io.now());
      if (before && isPosting(before)) return await hastenPutOff(io, site, before);
      const one = before ? await putOffRow(store, before) : await wantRunning(store, text);
      if (one.order === 'cancel') throw new UsageError(`${one.id} was cancelled`);
      const { restsUntil } = before
        ? await putOffRow(store, before)
        : await rowOf(site, store, one, io.now());
      if (restsUntil === undefined) await store.mailings.resume(one.id, whoAmI());
      else await store.mailings.command(one.id, 'go', whoAmI());
      await hastenAll(site, one, io.now());
      await writeLine(io, `${one.id} goes on.`);
    });
}

/** A posting that waits for its time, or a mailing of which nothing is cut: no book knows it. */
async function beforeBooks(site: Site, text: string, now: number): Promise<PutOff | undefined> {
  const known = await (await site.store()).mailings.find(text.toLowerCase());
  return known.length > 0 ? undefined : findPutOff(site, text, now);
}

async function wantRunning(
  store: Awaited<ReturnType<Site['store']>>,
  text: string,
): Promise<MailingRecord> {
  const one = await wantMailing(store, text);
  if (one.finished === undefined) return one;
  throw new UsageError(`${one.id} is ${mailingState(one)}`);
}

/** Makes what waits of a mailing due. */
async function hastenAll({ spool }: Site, { id }: MailingRecord, now: number): Promise<void> {
  await hasten(spool, partsOf(spool, id), now);
}
