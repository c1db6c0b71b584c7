/**
 * A private Exim: its own configuration, spool, log and ports, in a folder that goes with it. What
 * stands in the configuration is its caller's business, but for what any of them needs.
 */
import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../../bench/suite.ts';

/** Debian's, or the one that `.ci/exim.sh` has unpacked, or another one that is named. */
export const exim =
  process.env['LISTMILL_EXIM'] ??
  ['/usr/sbin/exim4', '/opt/listmill-exim/usr/sbin/exim4'].find(existsSync) ??
  '/usr/sbin/exim4';

/** Why there can be no Exim here, or `false`; in CI that is an error. */
export const noExim: string | false = whyNoExim();

function whyNoExim(): string | false {
  const { stdout } = spawnSync(exim, ['-C', '/dev/null', '-bV'], { encoding: 'utf8' });
  const reason = !stdout?.includes('Exim version')
    ? `${exim} is not there (.ci/exim.sh unpacks one)`
    : process.getuid?.() !== 0
      ? 'only root can start an Exim'
      : undefined;
  if (reason === undefined) return false;
  if (process.env['CI']) throw new Error(`CI is set, and ${reason}`);
  return reason;
}

const patienceMs = 30_000;
/** An instance that nobody stopped ends by itself after this. */
const longestLifeSeconds = '900';
const run = promisify(execFile);
/** Whom Exim is when it gives up its rights. A site's programs run as him here, too. */
export const eximUser = 'Debian-exim';

export type EximDaemon = AsyncDisposable & {
  readonly folder: string;
  readonly log: () => string;
  /** How many messages lie in its spool. */
  readonly waiting: () => number;
  /** Tries at once what waits. */
  readonly flush: () => Promise<void>;
};

/** Starts one, with files beside its configuration, and waits until it listens. */
export async function startEximDaemon(
  files: (folder: string) => { readonly 'exim.conf': string } & Readonly<Record<string, string>>,
  queueRuns = '-q1h',
): Promise<EximDaemon> {
  const folder = mkdtempSync(join(tmpdir(), 'listmill-exim-'));
  const config = join(folder, 'exim.conf');
  for (const [name, text] of Object.entries(files(folder))) {
    writeFileSync(join(folder, name), name === 'exim.conf' ? needed(folder) + text : text);
  }
  chmodSync(folder, 0o755);
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, eximUser])));
  chownSync(folder, uid ?? 0, gid ?? 0);
  const daemon = [exim, '-C', config, '-bdf', queueRuns];
  const child = spawn('timeout', [longestLifeSeconds, ...daemon], {
    stdio: 'ignore',
    detached: true,
  });
  const stop = stopper(child, folder);
  const log = () =>
    ['main', 'reject', 'panic']
      .map((name) => join(folder, `${name}log`))
      .map((path) => (existsSync(path) ? readFileSync(path, 'utf8') : ''))
      .join('');
  const listens = () => child.exitCode === null && log().includes('listening for SMTP');
  try {
    await until('Exim listens', patienceMs, listens, 20);
  } catch (error) {
    await stop();
    throw new Error(log(), { cause: error });
  }
  return {
    folder,
    log,
    waiting: () => messagesIn(join(folder, 'spool', 'input')),
    flush: async () => void (await run(exim, ['-C', config, '-qff'])),
    [Symbol.asyncDispose]: stop,
  };
}

/** A file for the envelope and one for the message, and for a moment others. */
function messagesIn(folder: string): number {
  if (!existsSync(folder)) return 0;
  const names = readdirSync(folder, { recursive: true });
  return names.filter((name) => String(name).endsWith('-H')).length;
}

function needed(folder: string): string {
  return `spool_directory = ${folder}/spool
log_file_path = ${folder}/%slog
pid_file_path = ${folder}/exim.pid
primary_hostname = mx.lists.example
keep_environment =
# The program is not setuid: what it starts is what it is itself.
deliver_drop_privilege
`;
}

/** Ends the daemon and what it started, and removes the folder; at the latest with the test. */
function stopper(child: ChildProcess, folder: string): () => Promise<void> {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const atExit = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Nobody is left in the group: that is what was wanted.
    }
    // The last delivery may still write its log.
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  };
  process.once('exit', atExit);
  return async () => {
    child.kill('SIGTERM');
    await ended;
    process.removeListener('exit', atExit);
    atExit();
  };
}
