/** `listmill test-post`: what would become of a posting; nothing is sent and nothing is kept. */
import { resolve } from 'node:path';
import { type TestedPosting, testPosting } from '../engine/test-post.ts';
import { errorCode, exit, UsageError } from '../ground/errors.ts';
import { parseAddress } from '../mail/address.ts';
import { findList, jsonOption, listHelp } from './arguments.ts';
import type { Io, Verb } from './command.ts';
import { type Column, type Format, list as listing, show, write, writeLine } from './output.ts';

type Options = Format & { readonly sender?: string; readonly message?: boolean };

export const testPost: Verb = (program, io) => {
  program
    .command('test-post')
    .description('say what each rule makes of a message, and what would go out')
    .argument('<list>', listHelp)
    .argument('<file>', 'the message, as it comes from the mail server')
    .option('--sender <address>', 'the envelope sender; "<>" for the empty one; else as in From')
    .option('--message', 'print the resulting message only')
    .addOption(jsonOption())
    .action(async (text: string, file: string, options: Options) => {
      const site = await io.site();
      const store = await site.store();
      const list = await findList(store, text);
      const path = resolve(io.cwd, file);
      const sender = senderOf(options.sender);
      const order = { list, path, sender, now: io.now() };
      const tested = await testPosting(site, order).catch((error: unknown) => {
        if (errorCode(error) !== 'ENOENT') throw error;
        throw new UsageError(`no file ${path}`, exit.noInput, { cause: error });
      });
      if (tested.kind === 'broken') throw new UsageError(tested.reason, exit.dataErr);
      await print(io, tested, options);
    });
};

function senderOf(text: string | undefined): string | null | undefined {
  if (text === undefined) return undefined;
  if (text === '' || text === '<>') return null;
  const address = parseAddress(text);
  if (address === undefined) throw new UsageError(`"${text}" is no mail address`);
  return address;
}

type Tested = Extract<TestedPosting, { kind: 'tested' }>;
type Line = Tested['answers'][number];

async function print(io: Io, tested: Tested, options: Options): Promise<void> {
  const { answers, verdict, recipients, message } = tested;
  if (options.message) {
    if (message) await write(io.stdout, message);
    return;
  }
  if (options.json) {
    const result = { verdict, answers, recipients, message: message?.toString('utf8') };
    await writeLine(io, JSON.stringify(result, undefined, 2));
    return;
  }
  const columns: readonly Column<Line>[] = [
    { title: 'RULE', of: (row) => row.rule },
    { title: 'A HIT MEANS', of: (row) => row.meaning },
    { title: 'IT SAYS', of: (row) => row.hit?.text ?? 'nothing' },
  ];
  await listing(io, {}, answers, columns);
  await writeLine(io);
  await show(io, {}, {}, [
    ['Verdict', verdict.kind],
    ['Recipients', recipients],
  ]);
  if (message) {
    await writeLine(io, '\nWhat would go out:\n');
    await write(io.stdout, message);
  }
}
