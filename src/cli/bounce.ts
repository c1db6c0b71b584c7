/** `listmill bounce`: whose copies come back, why, and what came of it. */
import { exit, UsageError } from '../ground/errors.ts';
import { addressKey } from '../mail/address.ts';
import type { BounceEvent, Bouncer } from '../model/bounce-report.ts';
import type { Store } from '../store/store.ts';
import { findList, jsonOption, listHelp, wantAddress, whoAmI } from './arguments.ts';
import { addReports, eventColumns } from './bounce-report.ts';
import { addStorms } from './bounce-storms.ts';
import type { Command, Io, Verb } from './command.ts';
import { type Column, type Format, list, when, writeLine } from './output.ts';

export const bounce: Verb = (program, io) => {
  const family = program
    .command('bounce')
    .description('copies that come back, and whose they were');
  addListing(family, io);
  addShow(family, io);
  addExplain(family, io);
  addReset(family, io);
  addReports(family, io);
  addStorms(family, io);
  addClassify(family, io);
};

type Choice = Format & { readonly list?: string };

const columns: readonly Column<Bouncer>[] = [
  { title: 'ADDRESS', of: (row) => row.address },
  { title: 'LIST', of: (row) => row.list },
  { title: 'SCORE', of: (row) => row.score, align: 'right' },
  { title: 'STATUS', of: (row) => row.status },
  { title: 'COUNTED', of: (row) => when(row.countedAt) },
  { title: 'DISABLED', of: (row) => when(row.disabledAt) },
  { title: 'WARNINGS', of: (row) => row.warnings, align: 'right' },
  { title: 'WARNED', of: (row) => when(row.warnedAt) },
];

async function only(store: Store, text: string | undefined) {
  return text === undefined ? undefined : (await findList(store, text)).id;
}

function addListing(family: Command, io: Io): void {
  family
    .command('ls')
    .description('members with a score, or whose delivery bounces have stopped')
    .argument('[list]', listHelp)
    .addOption(jsonOption())
    .action(async (text: string | undefined, choice: Format) => {
      const store = await (await io.site()).store();
      await list(io, choice, store.bounces.bouncers(await only(store, text)), columns, 'Nobody.');
    });
}

async function memberships(
  store: Store,
  text: string,
  choice: Choice,
): Promise<readonly Bouncer[]> {
  const key = addressKey(wantAddress(text));
  return await store.bounces.at(key, await only(store, choice.list));
}

function addShow(family: Command, io: Io): void {
  family
    .command('show')
    .description('how an address stands, list by list')
    .argument('<address>')
    .option('--list <list>', 'only on this list')
    .addOption(jsonOption())
    .action(async (text: string, choice: Choice) => {
      const store = await (await io.site()).store();
      const rows = await memberships(store, text, choice);
      await list(io, choice, rows, columns, `Nothing of ${text} came back.`);
    });
}

/** An event, with how the member stands now. */
type Explained = BounceEvent & { readonly now: Bouncer };

function addExplain(family: Command, io: Io): void {
  family
    .command('explain')
    .description('every failure of an address that is known, with its evidence and what came of it')
    .argument('<address>')
    .option('--list <list>', 'only on this list')
    .addOption(jsonOption())
    .action(async (text: string, choice: Choice) => {
      const store = await (await io.site()).store();
      const rows = await memberships(store, text, choice);
      if (choice.json) {
        await list(io, choice, explained(store, rows), []);
        return;
      }
      if (rows.length === 0) await writeLine(io, `Nothing of ${text} came back.`);
      for (const row of rows) {
        await writeLine(io, `${row.address} on ${row.list}: ${standing(row)}`);
        await list(io, choice, store.bounces.events(row.member), eventColumns, 'No event is left.');
      }
    });
}

function* explained(store: Store, rows: readonly Bouncer[]): Generator<Explained> {
  for (const now of rows) {
    for (const event of store.bounces.events(now.member)) yield { ...event, now };
  }
}

function standing({ status, score, disabledAt, warnings, warnedAt }: Bouncer): string {
  if (status === 'by-bounces') {
    const told = warnings === 0 ? 'not warned yet' : `warned ${warnings} times, ${when(warnedAt)}`;
    return `delivery is stopped by bounces since ${when(disabledAt)}; ${told}.`;
  }
  return `delivery is ${status}, score ${score}.`;
}

function addReset(family: Command, io: Io): void {
  family
    .command('reset')
    .description('say that an address is well: score gone, delivery on if bounces had stopped it')
    .argument('<address>')
    .option('--list <list>', 'only on this list')
    .action(async (text: string, choice: Choice) => {
      const store = await (await io.site()).store();
      const key = addressKey(wantAddress(text));
      const rows = await memberships(store, text, choice);
      if (rows.length === 0) throw new UsageError(`nothing of ${text} came back`, exit.noInput);
      for (const row of rows) {
        const id = await only(store, row.list);
        const done = id && (await store.bounces.reset(id, key, whoAmI()));
        if (!done) continue;
        const also = done.enabled ? ' and gets mail again' : '';
        await writeLine(io, `${row.address} on ${row.list} has no score any more${also}.`);
      }
    });
}

function addClassify(family: Command, io: Io): void {
  family
    .command('classify')
    .description('what detection makes of messages in files and folders; needs no site')
    .argument('<path...>')
    .option('--jsonl', 'for programs: a line of JSON a message')
    .action(async (paths: readonly string[], options: { readonly jsonl?: boolean }) => {
      const { classify } = await import('./bounce-classify.ts');
      io.exit(await classify(paths, io.stdout, { ...options, err: io.stderr }));
    });
}
