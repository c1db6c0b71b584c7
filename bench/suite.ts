/** A suite of real processes on a throw-away site, as the bench and the demo use it. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makeSite, type TestSite } from '../test/site.ts';

const workerProgram = fileURLToPath(new URL('../src/engine/process.js', import.meta.url));

export type Suite = AsyncDisposable & {
  readonly site: TestSite;
  /** Starts workers: `outgoing` or `outgoing:2` for two of them. */
  start(...runners: string[]): Promise<void>;
  stop(...runners: string[]): Promise<void>;
  /** Pids by worker name. */
  readonly pids: ReadonlyMap<string, number>;
  readonly logFile: string;
};

/** Makes a site and lets its runners be started one by one: no master stands between. */
export async function makeSuite(toml: string): Promise<Suite> {
  const site = await makeSite(toml);
  const children = new Map<string, ChildProcess>();
  const stop = async (...names: string[]): Promise<void> => {
    const gone = [...children]
      .filter(([name]) => names.length === 0 || names.some((one) => name.startsWith(`${one}-`)))
      .map(async ([name, child]) => {
        children.delete(name);
        if (child.exitCode === null && child.signalCode === null) {
          child.kill('SIGTERM');
          await once(child, 'exit');
        }
      });
    await Promise.all(gone);
  };
  return {
    site,
    get pids() {
      return new Map([...children].map(([name, child]) => [name, child.pid ?? 0]));
    },
    logFile: join(site.root, 'var', 'log', 'listmill.log'),
    stop,
    async start(...runners) {
      const ready = runners.flatMap((spec) => {
        const [runner = '', count = '1'] = spec.split(':');
        return Array.from({ length: Number(count) }, async (_, n) => {
          const child = fork(workerProgram, [site.root, runner, String(n + 1)], {
            env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
          });
          children.set(`${runner}-${n + 1}`, child);
          // The first beat says that it is there.
          await once(child, 'message');
          while (true) {
            const [beat] = (await once(child, 'message')) as [{ state?: string }];
            if (beat.state !== 'starting') return;
          }
        });
      });
      await Promise.all(ready);
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await site[Symbol.asyncDispose]();
    },
  };
}

/** Resident memory of a process in bytes, from /proc. */
export function memoryOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
}

/** CPU time that a process and its waited-for children used, ms. */
export function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Reads what is appended to a log; each call gives the new whole lines. */
export class LogTail {
  readonly #path: string;
  #at = 0;
  #rest = '';

  constructor(path: string) {
    this.#path = path;
  }

  lines(): readonly Record<string, unknown>[] {
    if (!existsSync(this.#path)) return [];
    const fd = openSync(this.#path, 'r');
    const chunk = Buffer.alloc(1 << 20);
    let text = this.#rest;
    try {
      for (;;) {
        const n = readSync(fd, chunk, 0, chunk.length, this.#at);
        if (n === 0) break;
        this.#at += n;
        text += chunk.toString('latin1', 0, n);
      }
    } finally {
      closeSync(fd);
    }
    const lines = text.split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Waits until `wanted` lines of an event have come, and gives them. */
  async waitFor(
    event: string,
    wanted: number,
    timeoutMs = 600_000,
  ): Promise<Record<string, unknown>[]> {
    const found: Record<string, unknown>[] = [];
    const until = performance.now() + timeoutMs;
    while (found.length < wanted) {
      found.push(...this.lines().filter((line) => line['event'] === event));
      if (performance.now() > until) {
        throw new Error(`${found.length} of ${wanted} "${event}" in ${timeoutMs} ms`);
      }
      if (found.length < wanted) await sleep(2);
    }
    return found;
  }
}

/** It refuses to run as root. */
const asNobody = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];

/** Postfix's sink, which takes everything. */
export async function startSmtpSink(port: number): Promise<Disposable> {
  const child = spawn('/usr/sbin/smtp-sink', [...asNobody, '-c', `127.0.0.1:${port}`, '1000'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await listening(port);
  return { [Symbol.dispose]: () => child.kill('SIGKILL') };
}

export async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 1000; tries += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const probe = connect(port, '127.0.0.1');
      probe.once('connect', () => {
        probe.destroy();
        resolve(true);
      });
      probe.once('error', () => resolve(false));
    });
    if (open) return;
    await sleep(10);
  }
  throw new Error(`nobody listens on port ${port}`);
}

/** Runs Postfix's source; gives messages a second. */
export async function smtpSource(
  port: number,
  options: { sessions: number; messages: number; recipients: number; bytes: number },
): Promise<number> {
  const began = performance.now();
  const child = spawn(
    '/usr/sbin/smtp-source',
    [
      '-d',
      ...['-s', String(options.sessions), '-m', String(options.messages)],
      ...['-r', String(options.recipients), '-l', String(options.bytes)],
      ...['-f', 'a@source.example', '-t', 'b@sink.example', `127.0.0.1:${port}`],
    ],
    { stdio: 'inherit' },
  );
  const [code] = (await once(child, 'exit')) as [number];
  if (code !== 0) throw new Error(`smtp-source ended with ${code}`);
  return options.messages / ((performance.now() - began) / 1000);
}

/** The best rate over several numbers of sessions. */
export async function bestSource(
  port: number,
  options: { messages: number; recipients: number; bytes: number },
): Promise<{ rate: number; sessions: number }> {
  let best = { rate: 0, sessions: 0 };
  for (const sessions of [1, 5, 10, 20, 40]) {
    const messages = sessions === 1 ? Math.ceil(options.messages / 5) : options.messages;
    const rate = await smtpSource(port, { ...options, messages, sessions });
    if (rate > best.rate) best = { rate, sessions };
  }
  return best;
}

/** Entries anywhere in the spool's queues (not parked). */
export function entriesIn(spool: string): number {
  let count = 0;
  for (const queue of readdirSync(spool)) {
    const fresh = join(spool, queue, 'new');
    if (!existsSync(fresh)) continue;
    for (const priority of readdirSync(fresh)) count += readdirSync(join(fresh, priority)).length;
    for (const worker of readdirSync(join(spool, queue, 'claimed'))) {
      count += readdirSync(join(spool, queue, 'claimed', worker)).length;
    }
  }
  return count;
}
