/** `listmill start`: the suite, in the background or in front; or runners of one that runs. */
import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { askMaster, type Birth, birthSchema } from '../engine/control.ts';
import { masterProgram } from '../engine/programs.ts';
import type { SitePaths } from '../ground/config.ts';
import { childEnvironment } from '../ground/environment.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { pathsOf, tell } from './asking.ts';
import type { Io, Verb } from './command.ts';
import { writeLine } from './output.ts';

export const start: Verb = (program, io) => {
  program
    .command('start')
    .description('start the suite, or some runners of it')
    .argument('[runner...]', 'runners to start; the others stay as they are')
    .option('-f, --foreground', 'stay in front until the suite ends (systemd, containers)')
    .addHelpText(
      'after',
      '\nReturns when all workers are up; with exit code 1 when some are not, and says which and\n' +
        'why. Those are tried again, later and later, until they are up or stopped.',
    )
    .action(async (names: string[], { foreground }: { foreground?: boolean }) => {
      const paths = pathsOf(io);
      if (foreground) await stayInFront(io, paths, names);
      else await startSuite(io, paths, names);
    });
};

/** Starts a master in the background, or runners of the one that runs. */
export async function startSuite(
  io: Io,
  paths: SitePaths,
  names: readonly string[],
): Promise<void> {
  if (names.length > 0) {
    const asked = await askMaster(paths, { verb: 'start', names: [...names] });
    if (asked !== 'down') return tell(io, asked);
  }
  const { child, stderrFile } = launch(paths, names);
  const birth = await born(child, stderrFile);
  if (child.connected) child.disconnect();
  child.unref();
  if (birth.ok) return writeLine(io, `The suite is up: ${birth.text} (master ${child.pid}).`);
  if (birth.running) {
    throw new UsageError(`the suite runs, but not all of it:\n${birth.text}`, birth.code);
  }
  throw new UsageError(birth.text, birth.code);
}

function launch(
  paths: SitePaths,
  names: readonly string[],
): { child: ChildProcess; stderrFile: string } {
  // What is written to standard error has to go somewhere: a log that goes there to a file that
  // is kept, else only the last words of a crash to one that the next start empties.
  const logged = paths.log === 'stderr';
  const stderrFile = logged
    ? join(paths.var, 'log', 'listmill.log')
    : join(paths.run, 'master.stderr');
  mkdirSync(dirname(stderrFile), { recursive: true, mode: 0o770 });
  const out = openSync(stderrFile, logged ? 'a' : 'w', 0o660);
  try {
    const child = fork(masterProgram, argumentsOf(paths, names), {
      detached: true,
      execArgv: [],
      env: childEnvironment({}),
      stdio: ['ignore', out, out, 'ipc'],
    });
    return { child, stderrFile };
  } finally {
    closeSync(out);
  }
}

function argumentsOf(paths: SitePaths, names: readonly string[]): string[] {
  return [paths.root, ...names.map((name) => `--only=${name}`)];
}

/** The master tells us when all is up, or why not; or it dies without a word. */
function born(child: ChildProcess, stderrFile: string): Promise<Birth> {
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      const parsed = birthSchema.safeParse(message);
      if (parsed.success) resolve(parsed.data);
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      const text = `the master ended by ${signal ?? `exit ${code}`}; ${stderrFile} may say why`;
      resolve({ ok: false, running: false, code: exit.software, text });
    });
  });
}

/**
 * Becomes the master. Node cannot replace its program, so the master's is loaded into this
 * process, by path, as a child would be given it: systemd then watches the right one.
 */
async function stayInFront(io: Io, paths: SitePaths, names: readonly string[]): Promise<void> {
  const program = (await import(masterProgram)) as {
    main(args: readonly string[], born: (birth: Birth) => void): Promise<number>;
  };
  const code = await program.main(argumentsOf(paths, names), (birth) => {
    const where = paths.log === 'stderr' ? '' : `; the log is ${paths.log}`;
    io.stderr.write(
      `listmill: ${birth.ok ? `the suite is up: ${birth.text}${where}` : birth.text}\n`,
    );
  });
  io.exit(code);
}
