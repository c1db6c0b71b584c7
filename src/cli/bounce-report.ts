/** `listmill bounce report`: failures by list, by posting, by receiving domain. */
import { UsageError } from '../ground/errors.ts';
import type { BounceEvent, CauseCount, DomainCount } from '../model/bounce-report.ts';
import { findList, jsonOption, listHelp } from './arguments.ts';
import { type Command, type Io, Option } from './command.ts';
import { type Column, type Format, list, when } from './output.ts';

const dayMs = 86_400_000;
const maxDomains = 1000;

/** One failure a line. */
export const eventColumns: readonly Column<BounceEvent>[] = [
  { title: 'AT', of: (row) => when(row.at) },
  { title: 'ADDRESS', of: (row) => row.address },
  { title: 'EFFECT', of: (row) => row.effect },
  { title: 'CAUSE', of: (row) => row.cause },
  { title: 'STATUS', of: (row) => row.status },
  { title: 'VIA', of: (row) => row.via },
  { title: 'PROOF', of: (row) => row.proof },
  { title: 'POSTING', of: (row) => row.subject ?? row.mailing },
  { title: 'ENTRY', of: (row) => row.entry },
  { title: 'SAID', of: (row) => row.diagnostic },
];

const causeColumns: readonly Column<CauseCount>[] = [
  { title: 'LIST', of: (row) => row.list },
  { title: 'CAUSE', of: (row) => row.cause },
  { title: 'EFFECT', of: (row) => row.effect },
  { title: 'FAILURES', of: (row) => row.failures, align: 'right' },
  { title: 'LAST', of: (row) => when(row.lastAt) },
];

const domainColumns: readonly Column<DomainCount>[] = [
  { title: 'DOMAIN', of: (row) => row.domain },
  { title: 'CAUSE', of: (row) => row.cause },
  { title: 'STATUS', of: (row) => row.status },
  { title: 'FAILURES', of: (row) => row.failures, align: 'right' },
  { title: 'ADDRESSES', of: (row) => row.addresses, align: 'right' },
  { title: 'LAST', of: (row) => when(row.lastAt) },
  { title: 'SAMPLE', of: (row) => row.sample },
];

type Choice = Format & { readonly days: string };

function daysOption(): Option {
  return new Option('--days <n>', 'failures of so many days').default('30');
}

function since(io: Io, { days }: Choice): number {
  const count = Number(days);
  if (!Number.isFinite(count) || count <= 0)
    throw new UsageError(`--days is a number, not ${days}`);
  return io.now() - count * dayMs;
}

/** Adds the family of reports. */
export function addReports(family: Command, io: Io): void {
  const reports = family.command('report').description('failures by list, posting or domain');
  addByList(reports, io);
  addByPost(reports, io);
  addByDomain(reports, io);
}

function addByList(reports: Command, io: Io): void {
  reports
    .command('list')
    .description('failures by cause and what came of them')
    .argument('[list]', listHelp)
    .addOption(daysOption())
    .addOption(jsonOption())
    .action(async (text: string | undefined, choice: Choice) => {
      const store = await (await io.site()).store();
      const id = text === undefined ? undefined : (await findList(store, text)).id;
      const rows = await store.bounces.byCause(since(io, choice), id);
      await list(io, choice, rows, causeColumns, 'Nothing came back.');
    });
}

function addByPost(reports: Command, io: Io): void {
  reports
    .command('post')
    .description('who did not get a posting, and why')
    .argument('<list>', listHelp)
    .argument('<posting>', 'its number on the list, its Message-ID, or the id of its entry')
    .addOption(jsonOption())
    .action(async (text: string, posting: string, choice: Format) => {
      const store = await (await io.site()).store();
      const { id } = await findList(store, text);
      const rows = store.bounces.ofPost(id, posting);
      await list(io, choice, rows, eventColumns, 'No copy of it came back.');
    });
}

function addByDomain(reports: Command, io: Io): void {
  reports
    .command('domain')
    .description('failures by receiving domain, the worst first')
    .argument('[list]', listHelp)
    .addOption(daysOption())
    .addOption(jsonOption())
    .action(async (text: string | undefined, choice: Choice) => {
      const store = await (await io.site()).store();
      const id = text === undefined ? undefined : (await findList(store, text)).id;
      const rows = await store.bounces.byDomain(since(io, choice), maxDomains, id);
      await list(io, choice, rows, domainColumns, 'Nothing came back.');
    });
}
