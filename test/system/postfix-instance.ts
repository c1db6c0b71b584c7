/**
 * A private Postfix for a test: its own configuration, queue, log and ports on loopback, in a
 * folder that goes with it. The Postfix of the machine is never touched.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { internalServices, mainSettings } from './postfix-settings.ts';

/** An instance that nobody stopped ends by itself after this. */
const longestLifeSeconds = 900;
const patienceMs = 30_000;
/** The programs of Postfix are where the path of ordinary users does not always lead. */
const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };

export type PostfixOptions = {
  /** Lines of main.cf, over what is set here. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The transport map: `{ 'lists.example': 'lmtp:inet:127.0.0.1:12345', '*': 'smtp:...' }`. */
  readonly transport?: Readonly<Record<string, string>>;
  /** More maps by name; a setting uses one as `texthash:$config_directory/NAME`. */
  readonly maps?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Lines of master.cf: `listmill unix - n n - - pipe user=... argv=...`. */
  readonly services?: readonly string[];
  /** More smtpd ports by name, with the settings in which they differ from main.cf. */
  readonly listeners?: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

export type Postfix = AsyncDisposable & {
  /** Readable for everyone, as Postfix's own user must pass through it. */
  readonly folder: string;
  /** On 127.0.0.1: that of `smtp`, and those of the listeners that were asked for. */
  readonly port: (listener?: string) => number;
  /** All that its daemons have logged. */
  readonly log: () => string;
  /** What waits in its queue, as `postqueue -p` shows it. */
  readonly queue: () => string;
  /** Tries again at once what waits. */
  readonly flush: () => void;
  readonly stop: () => Promise<void>;
};

/**
 * Why there can be no instance here, or `false`: made for `test(name, { skip: noPostfix })`.
 * In CI a missing Postfix is an error, as a skipped test there would never be noticed.
 */
export const noPostfix: string | false = whyNoPostfix();

function whyNoPostfix(): string | false {
  const reason =
    spawnSync('postconf', ['-d', 'mail_version'], { env }).status !== 0
      ? 'Postfix is not installed (apt-get install postfix)'
      : process.getuid?.() !== 0
        ? 'only root can start a Postfix'
        : undefined;
  if (reason === undefined) return false;
  if (process.env['CI']) throw new Error(`CI is set, and ${reason}`);
  return reason;
}

/** Starts an instance and waits until it answers. */
export async function startPostfix(options: PostfixOptions = {}): Promise<Postfix> {
  const folder = mkdtempSync(join(tmpdir(), 'listmill-postfix-'));
  const names = ['smtp', ...Object.keys(options.listeners ?? {})];
  const ports = new Map<string, number>();
  for (const name of names) ports.set(name, await freePort());
  const etc = join(folder, 'etc');
  writeConfiguration(folder, etc, options, ports);
  run('postfix', ['-c', etc, 'check']);

  const master = join(systemDefault('daemon_directory'), 'master');
  const child = spawn(master, ['-c', etc, '-d', '-e', String(longestLifeSeconds)], {
    detached: true,
    stdio: 'ignore',
  });
  const stop = stopper(child, folder);
  const logFile = join(folder, 'mail.log');
  const log = () => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
  try {
    for (const port of ports.values()) await answers(port, child, log);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    folder,
    port: (listener = 'smtp') => {
      const port = ports.get(listener);
      assert.ok(port !== undefined, `no listener ${listener}`);
      return port;
    },
    log,
    queue: () => run('postqueue', ['-c', etc, '-p']),
    flush: () => void run('postqueue', ['-c', etc, '-f']),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Ends the daemons and removes the folder; also when the test process ends without it. */
function stopper(child: ChildProcess, folder: string): () => Promise<void> {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const end = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // Nobody is left in the group: that is what was wanted.
    }
  };
  const atExit = () => {
    end('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', atExit);
  return async () => {
    end('SIGTERM');
    await ended;
    process.removeListener('exit', atExit);
    atExit();
  };
}

function writeConfiguration(
  folder: string,
  etc: string,
  options: PostfixOptions,
  ports: ReadonlyMap<string, number>,
): void {
  chmodSync(folder, 0o755);
  mkdirSync(etc);
  mkdirSync(join(folder, 'queue'));
  mkdirSync(join(folder, 'data'));
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(run('id', [flag, systemDefault('mail_owner')])),
  );
  chownSync(join(folder, 'data'), uid ?? 0, gid ?? 0);
  const maps = { transport: options.transport ?? {}, ...options.maps };
  for (const [name, rows] of Object.entries(maps)) {
    const lines = Object.entries(rows).map(([key, value]) => `${key} ${value}\n`);
    writeFileSync(join(etc, name), lines.join(''));
  }
  const settings = { ...mainSettings(folder), ...options.settings };
  const main = Object.entries(settings).map(([key, value]) => `${key} = ${value}\n`);
  writeFileSync(join(etc, 'main.cf'), main.join(''));
  const smtpd = [...ports].map(([name, port]) => {
    const own = Object.entries(options.listeners?.[name] ?? {});
    const overrides = own.map(([key, value]) => ` -o {${key} = ${value}}`).join('');
    return `127.0.0.1:${port} inet n - n - - smtpd${overrides}`;
  });
  const lines = [...smtpd, ...internalServices, ...(options.services ?? [])];
  writeFileSync(join(etc, 'master.cf'), `${lines.join('\n')}\n`);
}

function systemDefault(name: string): string {
  return run('postconf', ['-d', '-h', name]).trim();
}

function run(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A port above 10000 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  await new Promise((resolve) => server.close(resolve));
  return address.port;
}

async function answers(port: number, child: ChildProcess, log: () => string): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await greets(port))) {
    assert.ok(child.exitCode === null, `Postfix ended with ${child.exitCode}:\n${log()}`);
    assert.ok(performance.now() < deadline, `Postfix does not answer on ${port}:\n${log()}`);
    await pause(50);
  }
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', (greeting) => {
      socket.end('QUIT\r\n');
      resolve(greeting.toString().startsWith('220 '));
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}
