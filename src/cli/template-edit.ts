/** `listmill template edit|reset`: the site's own texts, checked before they count. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import {
  countingTemplate,
  installTemplate,
  removeTemplate,
  tryTemplate,
} from '../engine/template-files.ts';
import { levelFolders } from '../engine/templates.ts';
import { editor } from '../ground/environment.ts';
import { exit, UsageError } from '../ground/errors.ts';
import type { Command, Io } from './command.ts';
import { writeLine } from './output.ts';
import { aboutWhose, orderOf, type Whose, wantName } from './template-whose.ts';

type EditOptions = Whose & { readonly domain?: boolean; readonly from?: string };

const nameHelp = 'which one: "listmill template ls"';

export function addEdit(family: Command, io: Io): void {
  aboutWhose(family.command('edit'))
    .description('write an own text: of the site, or with --list of a list or its domain')
    .argument('<name>', nameHelp)
    .option('--domain', 'of the domain of that list')
    .option('--from <file>', 'take it from a file, - is the input; else your editor is started')
    .action(async (name: string, options: EditOptions) => {
      const { path, language, text } = await placeOf(io, name, options);
      const written =
        options.from === undefined ? edited(name, text) : await readFrom(io, options.from);
      const tried = tryTemplate(name, language, written);
      if (tried.kind === 'broken') {
        throw new UsageError(`nothing was changed: ${name}: ${tried.why}`, exit.dataErr);
      }
      installTemplate(path, written);
      await writeLine(io, `${path} counts from now on.`);
    });

  aboutWhose(family.command('reset'))
    .description('give an own text up')
    .argument('<name>', nameHelp)
    .option('--domain', 'of the domain of that list')
    .action(async (name: string, options: EditOptions) => {
      const { path } = await placeOf(io, name, options);
      if (!removeTemplate(path)) throw new UsageError(`${path} is not there`, exit.noInput);
      await writeLine(io, `${path} is removed.`);
    });
}

async function placeOf(io: Io, name: string, options: EditOptions) {
  if (options.domain && options.list === undefined) throw new UsageError('--domain wants --list');
  const order = await orderOf(io, options);
  const level = options.domain ? 'domain' : options.list === undefined ? 'site' : 'list';
  const language = options.language ?? order.list?.settings.language ?? 'en';
  const found = countingTemplate(wantName(name), order);
  const folder = levelFolders(order).find(([one]) => one === level)?.[1] ?? '';
  return { path: join(folder, language, `${name}.txt`), language, text: found?.text ?? '' };
}

async function readFrom(io: Io, file: string): Promise<string> {
  return file === '-' ? await textOf(io.stdin) : readFileSync(resolve(io.cwd, file), 'utf8');
}

/** What a person makes of it in his editor. */
function edited(name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'listmill-'));
  try {
    const file = join(folder, `${name}.txt`);
    writeFileSync(file, text);
    const [program = 'vi', ...words] = editor().split(' ');
    const { status, error } = spawnSync(program, [...words, file], { stdio: 'inherit' });
    if (error || status !== 0) {
      throw new UsageError(`nothing was changed: ${program} failed`, exit.failure, {
        cause: error,
      });
    }
    return readFileSync(file, 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
