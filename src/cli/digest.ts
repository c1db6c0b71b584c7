/** `listmill digest`: what waits to go out as one message. */
import { turnDigest } from '../engine/cron-digests.ts';
import { digestNow } from '../engine/show-digest.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { bytesText } from '../model/amounts.ts';
import type { StreamRecord } from '../model/digest.ts';
import { type DigestForm, digestForms, type Rhythm, rhythms } from '../model/digest.ts';
import { type Language, languages } from '../model/language.ts';
import { findList, jsonOption, listHelp } from './arguments.ts';
import { type Command, type Io, Option, type Verb } from './command.ts';
import {
  type Column,
  type Format,
  list as listing,
  show,
  when,
  write,
  writeLine,
} from './output.ts';

const columns: readonly Column<StreamRecord>[] = [
  { title: 'LIST', of: (row) => row.list },
  { title: 'RHYTHM', of: (row) => row.rhythm },
  { title: 'WAITING', of: (row) => row.postings, align: 'right' },
  { title: 'SIZE', of: (row) => bytesText(row.bytes), align: 'right' },
  { title: 'LAST', of: (row) => (row.issued === null ? '' : when(row.issued)) },
  { title: 'VOLUME', of: (row) => row.volume, align: 'right' },
  { title: 'ISSUE', of: (row) => row.number, align: 'right' },
];

type Choice = { readonly rhythm: Rhythm };
type Shown = Choice & Format & { readonly form: DigestForm; readonly language?: Language };

export const digest: Verb = (program, io) => {
  const family = program.command('digest').description('postings that go out as one message');
  addList(family, io);
  addShow(family, io);
  addSend(family, io);
};

function rhythmOption(): Option {
  const option = new Option(
    '--rhythm <rhythm>',
    "whose: the list's, or that of members with theirs",
  );
  return option.choices(rhythms).default('list');
}

function addList(family: Command, io: Io): void {
  family
    .command('ls')
    .description('what waits, and what went out last')
    .argument('[list]', listHelp)
    .addOption(jsonOption())
    .action(async (text: string | undefined, format: Format) => {
      const store = await (await io.site()).store();
      const only = text === undefined ? undefined : (await findList(store, text)).id;
      await listing(io, format, store.digests.streams(only), columns, 'No digests yet.');
    });
}

function addShow(family: Command, io: Io): void {
  family
    .command('show')
    .description('print the message that would go out now; nothing is sent')
    .argument('<list>', listHelp)
    .addOption(rhythmOption())
    .addOption(new Option('--form <form>', 'which one').choices(digestForms).default('mime'))
    .addOption(new Option('--language <language>', "else the list's").choices(languages))
    .addOption(jsonOption())
    .addHelpText('after', '\n--json has what it is a digest of, not the message.')
    .action(async (text: string, { rhythm, form, language, json }: Shown) => {
      const site = await io.site();
      const store = await site.store();
      const list = await findList(store, text);
      const spoken = language ?? list.settings.language;
      if (json) {
        const { postings, bytes } = await store.digests.waiting(list.id, rhythm);
        const facts = { list: list.id, rhythm, form, language: spoken, postings, bytes };
        return await show(io, { json }, facts, []);
      }
      const bytes = await digestNow(site, { list, rhythm, form, language: spoken, now: io.now() });
      if (!bytes) throw new UsageError(`nothing waits for a digest of ${list.id}`, exit.noInput);
      for await (const chunk of bytes) await write(io.stdout, chunk);
    });
}

function addSend(family: Command, io: Io): void {
  family
    .command('send')
    .description('let what waits go out now, however little it is')
    .argument('<list>', listHelp)
    .addOption(rhythmOption())
    .action(async (text: string, { rhythm }: Choice) => {
      const site = await io.site();
      const store = await site.store();
      const list = await findList(store, text);
      const { postings } = await store.digests.waiting(list.id, rhythm);
      if (postings === 0) {
        await writeLine(io, 'Nothing waits.');
        return;
      }
      await turnDigest(site, { list: list.id, rhythm }, 'asked', io.now());
      await writeLine(io, `A digest of ${postings} messages is in the queue.`);
    });
}
