/** The program: finds the verb, loads it alone, runs it, and turns what happens into a code. */

import type { Site } from '../engine/site.ts';
import { wallClock } from '../ground/clock.ts';
import { findSite } from '../ground/config.ts';
import { siteFromEnvironment, wantsStacks } from '../ground/environment.ts';
import { errorCode, exit, explain, TransientError, UsageError } from '../ground/errors.ts';
import { Command, CommanderError, type Io } from './command.ts';
import { verbs } from './verbs.ts';
import { version } from './version.ts';

export type Streams = Pick<Io, 'stdin' | 'stdout' | 'stderr' | 'isTerminal' | 'cwd'>;

const afterHelp = `
A site is the one that --site or LISTMILL_SITE names, else that of the current
folder, else that of /etc/listmill.

Exit codes:
   0  done
   1  refused, or something is wrong; the message says what
  64  the command line is wrong
  65  the input is wrong (a list of members, a value)
  66  what was named is not there (a list, a member, a file)
  69  the suite is not running, or does not answer
  70  a fault of Listmill; set LISTMILL_DEBUG=1 to see where
  73  what was to be made is there already, or cannot be made
  74  reading or writing failed
  75  not now: try again later
  77  not permitted
  78  the configuration or the site is wrong`;

/** Runs one command line (without node and script); gives the exit code. */
export async function run(args: readonly string[], streams: Streams): Promise<number> {
  const call = new Call(args, streams);
  try {
    await call.run();
    return call.code;
  } catch (error) {
    return report(error, streams);
  } finally {
    await call.close();
  }
}

function emptyProgram({ stdout, stderr }: Streams): Command {
  return new Command('listmill')
    .description('A mailing list manager.')
    .option('--site <dir>', 'the site to work with')
    .version(version(), '-V, --version')
    .helpOption('-h, --help')
    .showSuggestionAfterError()
    .addHelpText('after', afterHelp)
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
    })
    .exitOverride();
}

/** One command line being carried out. */
class Call {
  readonly #args: readonly string[];
  readonly #streams: Streams;
  #site: Promise<Site> | undefined;
  code: number = exit.ok;

  constructor(args: readonly string[], streams: Streams) {
    this.#args = args;
    this.#streams = streams;
  }

  async run(): Promise<void> {
    const { name, site } = firstWords(this.#args);
    const io = this.#io(site);
    const program = emptyProgram(this.#streams);
    for (const verb of verbs) {
      // Completion asks all verbs what words they know.
      if (verb.name === name || name === 'completion') (await verb.load())(program, io);
      else program.command(verb.name).description(verb.help);
    }
    await program.parseAsync(this.#args, { from: 'user' });
  }

  async close(): Promise<void> {
    const site = this.#site;
    // What could not be opened cannot be closed, and has been reported already.
    await site?.then((open) => open.close()).catch(() => undefined);
  }

  #io(named: string | undefined): Io {
    const streams = this.#streams;
    const { stdout, stderr, isTerminal, cwd } = streams;
    const siteOption = named ?? siteFromEnvironment();
    return {
      get stdin() {
        return streams.stdin;
      },
      stdout,
      stderr,
      isTerminal,
      siteOption,
      cwd,
      now: wallClock.now,
      site: () => {
        this.#site ??= import('../engine/site.ts').then((m) =>
          m.openSite(findSite(siteOption, cwd)),
        );
        return this.#site;
      },
      exit: (code) => {
        this.code = code;
      },
    };
  }
}

/** The verb and the value of --site: known before the program is complete. */
function firstWords(args: readonly string[]): { name?: string; site?: string } {
  const found: { name?: string; site?: string } = {};
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    const next = args[at + 1];
    if (word === '--site' && next !== undefined) {
      found.site = next;
      at += 1;
    } else if (word.startsWith('--site=')) found.site = word.slice('--site='.length);
    else if (word !== 'help' && !word.startsWith('-')) found.name ??= word;
    else if (word === '--') break;
  }
  return found;
}

/** Says what went wrong, on one line where it can be, and gives the exit code. */
function report(error: unknown, { stderr }: Streams): number {
  if (error instanceof CommanderError) {
    // Help and version end this way too.
    return error.exitCode === 0 ? exit.ok : exit.usage;
  }
  if (error instanceof UsageError) {
    stderr.write(`listmill: ${error.message}\n`);
    return error.exitCode;
  }
  const code = codeOf(error);
  stderr.write(`listmill: ${explain(error)}\n`);
  if (code === exit.software) {
    const stack = error instanceof Error && wantsStacks() ? error.stack : undefined;
    stderr.write(
      stack === undefined
        ? 'listmill: this is a fault of Listmill; LISTMILL_DEBUG=1 shows where\n'
        : `${stack}\n`,
    );
  }
  return code;
}

function codeOf(error: unknown): number {
  if (error instanceof TransientError) return exit.tempFail;
  switch (errorCode(error)) {
    case 'ENOENT':
      return exit.noInput;
    case 'EEXIST':
      return exit.cantCreate;
    case 'EACCES':
    case 'EPERM':
      return exit.noPerm;
    case 'EIO':
    case 'EISDIR':
    case 'ENOTDIR':
    case 'EROFS':
      return exit.ioErr;
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EMFILE':
    case 'ENFILE':
      return exit.tempFail;
    default:
      return exit.software;
  }
}
