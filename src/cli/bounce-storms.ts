/** `listmill bounce storms|release|drop`: many copies failed alike, and a person decides. */
import { exit, UsageError } from '../ground/errors.ts';
import type { Storm } from '../model/care.ts';
import type { Store } from '../store/store.ts';
import { findList, jsonOption, listHelp, whoAmI } from './arguments.ts';
import type { Command, Io } from './command.ts';
import { type Column, type Format, list, when, writeLine } from './output.ts';

type Row = Storm & { readonly list: string };

const columns: readonly Column<Row>[] = [
  { title: 'STORM', of: (row) => row.seq, align: 'right' },
  { title: 'LIST', of: (row) => row.list },
  { title: 'STATE', of: (row) => row.state },
  { title: 'WHERE', of: (row) => (row.domain === '' ? 'whole mailing' : row.domain) },
  { title: 'CAUSE', of: (row) => row.cause },
  { title: 'FAILURES', of: (row) => row.failures, align: 'right' },
  { title: 'OF', of: (row) => row.of, align: 'right' },
  { title: 'BEGAN', of: (row) => when(row.began) },
  { title: 'LAST', of: (row) => when(row.lastAt) },
  { title: 'SAMPLE', of: (row) => sampleText(row) },
];

function sampleText({ samples }: Storm): string {
  const [first] = samples;
  return first ? `${first.count} x ${first.status} ${first.diagnostic}` : '';
}

async function* allStorms(store: Store, text: string | undefined): AsyncGenerator<Row> {
  const lists = text === undefined ? store.lists() : [await findList(store, text)];
  for await (const { id } of lists) {
    for (const storm of await store.bounces.storms(id)) yield { ...storm, list: id };
  }
}

/** Adds what is said about storms. */
export function addStorms(family: Command, io: Io): void {
  family
    .command('storms')
    .description('failures that came in numbers and alike, and were held')
    .argument('[list]', listHelp)
    .addOption(jsonOption())
    .action(async (text: string | undefined, choice: Format) => {
      const store = await (await io.site()).store();
      await list(io, choice, allStorms(store, text), columns, 'No storm.');
    });
  addDecision(family, io, 'release');
  addDecision(family, io, 'drop');
}

const decisions = {
  release: {
    help: 'let the failures of a storm count: these addresses are bad',
    done: 'count now',
    act: (store: Store, storm: number) => store.bounces.releaseStorm(storm, whoAmI()),
  },
  drop: {
    help: 'let the failures of a storm, and what still comes of it, mean nothing',
    done: 'mean nothing',
    act: (store: Store, storm: number) => store.bounces.dropStorm(storm, whoAmI()),
  },
} as const;

function addDecision(family: Command, io: Io, name: keyof typeof decisions): void {
  const { help, done, act } = decisions[name];
  family
    .command(name)
    .description(help)
    .argument('<storm>', 'its number, as "bounce storms" shows it')
    .action(async (text: string) => {
      if (!/^\d{1,15}$/.test(text)) throw new UsageError(`no storm ${text}`, exit.noInput);
      const count = await act(await (await io.site()).store(), Number(text));
      await writeLine(io, `${count} failures of storm ${text} ${done}.`);
    });
}
