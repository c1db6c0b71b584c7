/** `listmill archive search|show|thread`: finding postings and reading them. */
import type { Piece } from '../archive/excerpt.ts';
import { filesOf, type PostingRow, textOf, timeOfNumber } from '../archive/index-look.ts';
import type { ThreadNode } from '../archive/jwz.ts';
import { isWrongQuestion, readQuestion } from '../archive/question.ts';
import { type Sorting, search, sortings } from '../archive/search.ts';
import { type ThreadPosting, treesOfThread } from '../archive/thread-view.ts';
import { rangeChunks } from '../archive/volume.ts';
import { type ArchiveLook, rangeOf } from '../engine/archive-look.ts';
import { UsageError } from '../ground/errors.ts';
import {
  archiveNames,
  archiveOf,
  messageHelp,
  wantPosting,
  whichArchive,
} from './archive-which.ts';
import { jsonOption, listHelp } from './arguments.ts';
import { type Command, InvalidArgumentError, type Io, Option } from './command.ts';
import { cell, type Format, list, show, when, write, writeLine } from './output.ts';

const maxHits = 10_000;

const searchHelp = `
Words must all be there; "words in quotes" one after the other; cat* begins a
word; -dog must not be there; cat OR dog is one of them. Accents and case do
not matter. Also:
  from:anne  subject:"big cats"  file:pdf  has:attachment  list:cats
  date:2026  date:2026-11  date:2026-11-01..2026-11-24  after:  before:`;

/** Adds the verbs that only look. */
export function addArchiveLooking(family: Command, io: Io): void {
  addSearch(family, io);
  addShow(family, io);
  addThread(family, io);
}

function addSearch(family: Command, io: Io): void {
  family
    .command('search')
    .description('find postings')
    .argument('<words...>', 'what to look for')
    .option('--list <list>', `only in a list: ${listHelp}`)
    .addOption(new Option('--sort <order>', 'which come first').choices(sortings).default('newest'))
    .option('--limit <number>', 'so many at most', asCount, 20)
    .addOption(jsonOption())
    .addHelpText('after', searchHelp)
    .action(async (words: readonly string[], options: SearchOptions) => {
      const question = readQuestion(words.map(again).join(' '));
      if (isWrongQuestion(question)) throw new UsageError(`this is no question: ${question.why}`);
      using look = await archiveOf(io);
      const names = [...question.lists, ...(options.list === undefined ? [] : [options.list])];
      const lists = names.length === 0 ? undefined : await numbersOf(io, look, names);
      const { sort: sorting, limit } = options;
      const hits = search(look.db, question, { lists, sorting, limit });
      if (options.json) await list(io, options, rowsOf(io, hits), []);
      else await tell(io, hits);
    });
}

type SearchOptions = Format & {
  readonly list?: string;
  readonly sort: Sorting;
  readonly limit: number;
};

const laterField = /\s-?(?:from|author|subject|file|list|has|date|after|before):\S/i;

/** What the shell took the quotes off is one phrase again, unless it is a whole question. */
function again(text: string): string {
  if (!/\s/.test(text) || text.includes('"') || laterField.test(text)) return text;
  const [, name = '', rest = ''] = /^(-?(?:[a-z]+:)?)(.*)$/is.exec(text) ?? [];
  return `${name}"${rest}"`;
}

function asCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > maxHits) {
    throw new InvalidArgumentError(`a number from 1 to ${maxHits} is wanted`);
  }
  return count;
}

async function numbersOf(io: Io, look: ArchiveLook, names: readonly string[]): Promise<number[]> {
  const found: number[] = [];
  for (const name of names) {
    const number = look.listNumber(await whichArchive(io, name));
    if (number !== undefined) found.push(number);
  }
  return found;
}

/** A posting of a list for programs. */
function plain({ id, ...row }: PostingRow, list: string): object {
  const { hash, messageId, authorName, address, subject, state, files, size } = row;
  const at = new Date(timeOfNumber(id)).toISOString();
  const author = address === null || state === 'removed' ? null : { name: authorName, address };
  return { list, hash, messageId, at, author, subject, state, files, bytes: size };
}

type Hits = Iterable<PostingRow & { readonly excerpt: readonly Piece[] }>;

async function* rowsOf(io: Io, hits: Hits): AsyncGenerator<object> {
  const nameOf = archiveNames(io);
  for (const hit of hits) {
    const excerpt = hit.excerpt.map(({ text }) => text).join('');
    yield { ...plain(hit, await nameOf(hit.list)), excerpt };
  }
}

async function tell(io: Io, hits: Hits): Promise<void> {
  const nameOf = archiveNames(io);
  let count = 0;
  for (const hit of hits) {
    count += 1;
    await writeLine(io, `${hit.hash}  ${when(timeOfNumber(hit.id))}  ${await nameOf(hit.list)}`);
    await writeLine(io, `  ${cell(authorOf(hit))}: ${cell(hit.subject)}`);
    const excerpt = hit.excerpt.map(({ text, hit: isHit }) =>
      isHit && io.isTerminal ? `\x1b[1m${cell(text)}\x1b[0m` : cell(text),
    );
    await writeLine(io, `  ${excerpt.join('')}`);
  }
  if (count === 0) await writeLine(io, 'Nothing.');
}

function authorOf({ authorName, address }: PostingRow): string {
  return authorName || address || '(nobody)';
}

type ShowOptions = Format & { readonly list?: string; readonly raw?: boolean };

function addShow(family: Command, io: Io): void {
  family
    .command('show')
    .description('one posting as it is read')
    .argument('<message>', messageHelp)
    .option('--list <list>', `where it went to several: ${listHelp}`)
    .option('--raw', 'byte for byte as it came instead')
    .addOption(jsonOption())
    .action(async (text: string, options: ShowOptions) => {
      using look = await archiveOf(io);
      const row = await wantPosting(io, look, text, options.list);
      if (options.raw) {
        for await (const chunk of rangeChunks(look.folder, rangeOf(row))) {
          await write(io.stdout, chunk);
        }
        return;
      }
      const name = await archiveNames(io)(row.list);
      const files = filesOf(look.db, row.id);
      const body = textOf(look.db, row.id);
      await show(io, options, { ...plain(row, name), files, text: body }, [
        ['list', name],
        ['hash', row.hash],
        ['message-id', row.messageId],
        ['from', row.address === null ? '-' : `${authorOf(row)} <${row.address}>`],
        ['subject', row.subject],
        ['date', `${when(row.dated)}, received ${when(row.received)}`],
        ['state', row.state],
        ...files.map(({ name, type, bytes }) => ['file', `${name} (${type}, ${bytes})`] as const),
      ]);
      if (!options.json) await write(io.stdout, `\n${readable(body)}\n`);
    });
}

/** What mail brings must not steer a terminal; its lines stay lines. */
function readable(text: string): string {
  return text.split('\n').map(cell).join('\n');
}

function addThread(family: Command, io: Io): void {
  family
    .command('thread')
    .description('the thread of a posting, as a tree')
    .argument('<message>', messageHelp)
    .option('--list <list>', `where it went to several: ${listHelp}`)
    .addOption(jsonOption())
    .action(async (text: string, options: ShowOptions) => {
      using look = await archiveOf(io);
      const { thread, list: archive } = await wantPosting(io, look, text, options.list);
      const lines = [...linesOf(treesOfThread(look.db, thread), 0)];
      if (options.json) {
        const name = await archiveNames(io)(archive);
        await list(
          io,
          options,
          lines.map(({ depth, row }) => ({ depth, ...(row && plain(row, name)) })),
          [],
        );
        return;
      }
      for (const { depth, row } of lines) {
        const space = '  '.repeat(depth);
        const what = row
          ? `${space}${cell(authorOf(row))}: ${cell(row.subject)}`
          : `${space}(a message that is not here)`;
        await writeLine(io, row ? `${when(timeOfNumber(row.id))}  ${row.hash}  ${what}` : what);
      }
    });
}

const maxDepth = 40;

function* linesOf(
  nodes: readonly ThreadNode<ThreadPosting>[],
  depth: number,
): Generator<{ depth: number; row: PostingRow | undefined }> {
  // By hand: a thread may be deeper than the stack.
  const waiting = [...nodes].reverse().map((node) => ({ node, depth }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    yield { depth: Math.min(next.depth, maxDepth), row: next.node.message?.row };
    for (const child of [...next.node.children].reverse()) {
      waiting.push({ node: child, depth: next.depth + 1 });
    }
  }
}
