/**
 * A private Exim for a test: its own configuration, spool, log and ports on loopback, in a folder
 * that goes with it. What docs/mta-exim.md tells an admin to write is taken from that page.
 */
import assert from 'node:assert/strict';
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
import { freePort, until } from '../../bench/suite.ts';
import { root } from '../sources.ts';

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

export type EximOptions = {
  /** The transport of the page for our lists: `listmill_lmtp`, `listmill_pipe`. */
  readonly transport: string;
  /** Names of lists at `lists.example`. */
  readonly lists: readonly string[];
  /** What stands in the page, and what a test puts in its place. */
  readonly instead: Readonly<Record<string, string>>;
  /** Where all mail for others goes. */
  readonly sink?: number;
};

export type Exim = AsyncDisposable & {
  readonly folder: string;
  /** Takes mail for our lists; on `out` we hand over. */
  readonly port: number;
  readonly out: number;
  readonly log: () => string;
  /** How many files lie in its spool: two for a message. */
  readonly waiting: () => number;
  /** Tries at once what waits. */
  readonly flush: () => Promise<void>;
};

/** The indented block of a page that begins with this line. */
export function documented(page: string, first: string): string {
  const text = readFileSync(join(root, 'docs', page), 'utf8');
  const at = text.indexOf(`\n    ${first}\n`);
  assert(at >= 0, `${page} has no block that begins with "${first}"`);
  const lines = text.slice(at + 1).split('\n');
  const end = lines.findIndex((line) => line !== '' && !line.startsWith('    '));
  return lines.slice(0, end).join('\n').replace(/^ {4}/gm, '').trimEnd().concat('\n');
}

/** Starts an instance and waits until it answers. */
export async function startExim(options: EximOptions): Promise<Exim> {
  const folder = mkdtempSync(join(tmpdir(), 'listmill-exim-'));
  const [port, out] = [await freePort(), await freePort()];
  const config = join(folder, 'exim.conf');
  writeFileSync(join(folder, 'lists'), options.lists.map((name) => `${name}:\n`).join(''));
  writeFileSync(config, configuration(folder, port, out, options));
  chmodSync(folder, 0o755);
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, eximUser])));
  chownSync(folder, uid ?? 0, gid ?? 0);
  const daemon = [exim, '-C', config, '-bdf', '-q1h'];
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
    port,
    out,
    log,
    waiting: () => readdirSync(join(folder, 'spool', 'input')).length,
    flush: async () => void (await run(exim, ['-C', config, '-qff'])),
    [Symbol.asyncDispose]: stop,
  };
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
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', atExit);
  return async () => {
    child.kill('SIGTERM');
    await ended;
    process.removeListener('exit', atExit);
    atExit();
  };
}

function configuration(folder: string, port: number, out: number, options: EximOptions): string {
  const page = 'mta-exim.md';
  const main = documented(page, 'daemon_smtp_ports = 25 : 10025')
    .replace('0.0.0.0.25', `127.0.0.1.${port}`)
    .replace('127.0.0.1.10025', `127.0.0.1.${out}`)
    .replace('25 : 10025', `${port} : ${out}`);
  const transports = ['listmill_lmtp:', 'listmill_pipe:', 'listmill_maildir:'];
  let blocks = [
    'begin acl\ncheck_rcpt:\n',
    documented(page, 'accept hosts     = 127.0.0.1').replace('10025', String(out)),
    'deny !domains = +listmill_domains\n     message = relay not permitted\n',
    'require verify = recipient\naccept\n',
    'begin routers\n',
    documented(page, 'listmill:').replace('listmill_lmtp', options.transport),
    documented(page, 'listmill_unknown:'),
    'others:\n  driver = manualroute\n  route_list = * 127.0.0.1\n  self = send\n',
    '  transport = sink\n',
    'begin transports\n',
    ...transports.map((first) => documented(page, first)),
    `sink:\n  driver = smtp\n  port = ${options.sink ?? 9}\n  allow_localhost\n`,
    'begin retry\n* * F,1h,1s\n',
  ].join('');
  const instead = {
    '/etc/exim4/listmill-lists': join(folder, 'lists'),
    '= listmill\n': `= ${eximUser}\n`,
    ...options.instead,
  };
  for (const [from, to] of Object.entries(instead)) blocks = blocks.replaceAll(from, to);
  return `spool_directory = ${folder}/spool
log_file_path = ${folder}/%slog
pid_file_path = ${folder}/exim.pid
primary_hostname = mx.lists.example
keep_environment =
# The program is not setuid: what it starts is what it is itself.
deliver_drop_privilege
smtputf8_advertise_hosts = *
tls_advertise_hosts =
acl_smtp_rcpt = check_rcpt
${documented(page, 'domainlist listmill_domains = lists.example')}${main}${blocks}`;
}
