/** `listmill archive rm|redact`: taking out what must not stay. */
import type { PostingRow } from '../archive/index-look.ts';
import { redactPosting, removePosting } from '../engine/archive-removal.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { archiveNames, archiveOf, messageHelp, wantPosting } from './archive-which.ts';
import { listHelp, whoAmI } from './arguments.ts';
import type { Command, Io } from './command.ts';
import { confirm, yesOption } from './confirm.ts';
import { cell, note, writeLine } from './output.ts';

type Options = { readonly list?: string; readonly why?: string; readonly yes?: boolean };

/** Adds `rm` and `redact`. */
export function addArchiveRemoval(family: Command, io: Io): void {
  common(family, 'rm', 'take a posting out for good; a tombstone stays in its place').action(
    async (text: string, options: Options) => {
      const row = await postingFor(io, text, options);
      const question = `Remove ${await called(io, row)} for good?`;
      if (!(await confirm(io, question, options.yes))) return;
      await removePosting(await io.site(), row, by(io, options));
      await writeLine(io, `${row.hash} is removed.`);
      await remind(io);
    },
  );

  common(family, 'redact', 'strike words of a posting out for good; only its text stays')
    .option('--word <text...>', 'what is struck out; without any, all of the text')
    .option('--author', 'who wrote it, too')
    .action(async (text: string, options: Options & { word?: string[]; author?: boolean }) => {
      const row = await postingFor(io, text, options);
      const question = `Redact ${await called(io, row)} for good?`;
      if (!(await confirm(io, question, options.yes))) return;
      const redaction = { words: options.word ?? [], hidesAuthor: options.author === true };
      await redactPosting(await io.site(), row, redaction, by(io, options));
      await writeLine(io, `${row.hash} is redacted.`);
      await remind(io);
    });
}

function common(family: Command, name: string, what: string): Command {
  return family
    .command(name)
    .description(what)
    .argument('<message>', messageHelp)
    .option('--list <list>', `where it went to several: ${listHelp}`)
    .option('--why <text>', 'for the books', '')
    .addOption(yesOption());
}

async function postingFor(io: Io, text: string, options: Options) {
  using look = await archiveOf(io);
  const row = await wantPosting(io, look, text, options.list);
  if (row.state === 'removed') throw new UsageError(`${row.hash} was removed before`, exit.failure);
  return row;
}

async function called(io: Io, { subject, list }: PostingRow): Promise<string> {
  return `"${cell(subject)}" of ${await archiveNames(io)(list)}`;
}

function by(io: Io, { why = '' }: Options) {
  return { who: whoAmI(), why, now: io.now() };
}

async function remind(io: Io): Promise<void> {
  await note(
    io,
    'A static site follows when it is made again; backups and mail that was sent do not.',
  );
}
