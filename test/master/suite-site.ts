/** A site with fake workers and quick times, and master processes that run it. */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Asked,
  askMaster,
  type Birth,
  birthSchema,
  type Request,
  type Status,
  type WorkerStatus,
} from '../../src/engine/control.ts';
import { masterProgram } from '../../src/engine/programs.ts';
import { loadConfig, type SitePaths } from '../../src/ground/config.ts';
import { namesIn } from '../../src/ground/disk.ts';
import { childEnvironment } from '../../src/ground/environment.ts';
import { runnerNames } from '../../src/model/runners.ts';

export const fakeWorker: string = join(import.meta.dirname, 'fake-worker.js');
const idleProcessors = join(import.meta.dirname, 'idle-processors.js');

/** No test waits longer for something that should happen at once. */
const patienceMs = 30_000;

/** Waits until something is so. */
export async function until(what: string, condition: () => boolean | Promise<boolean>) {
  for (let waitedMs = 0; !(await condition()); waitedMs += 20) {
    if (waitedMs > patienceMs) assert.fail(`not within ${patienceMs} ms: ${what}`);
    await sleep(20);
  }
}

export type Settings = {
  /** Keys by runner, as in the file; a runner that is not named has no workers. */
  readonly runners: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Keys of `master`. */
  readonly master?: Readonly<Record<string, number | string>>;
  /** By slot: how each of its lives goes. */
  readonly behaviour?: Readonly<Record<string, readonly string[]>>;
};

const quick = { graceMs: 1000, backoffMs: 50, maxBackoffMs: 400, healthyMs: 60_000 };

export type RunningMaster = {
  readonly child: ChildProcess;
  readonly birth: Promise<Birth>;
  readonly end: Promise<{ code: number | null; signal: string | null }>;
};

export class SuiteSite implements AsyncDisposable {
  readonly root: string;
  readonly #masters: RunningMaster[] = [];

  constructor(settings: Settings, name = 'suite') {
    this.root = mkdtempSync(join(tmpdir(), `listmill-${name}-`));
    for (const folder of ['config', 'var', 'spool']) mkdirSync(join(this.root, folder));
    this.configure(settings);
    this.behave(settings.behaviour ?? {});
  }

  get paths(): SitePaths {
    return loadConfig(this.root).paths;
  }

  get log(): string {
    return readFileSync(this.paths.log, 'utf8');
  }

  configure({ runners, master = {} }: Settings): void {
    const lines = ['lmtp.listen = []', '[master]'];
    const keys = { ...quick, ...master };
    for (const [key, value] of Object.entries(keys))
      lines.push(`${key} = ${JSON.stringify(value)}`);
    for (const name of runnerNames) {
      lines.push(`[runners.${name}]`);
      const own = runners[name] ?? { workers: 0 };
      for (const [key, value] of Object.entries(own)) lines.push(`${key} = ${value}`);
    }
    this.write(lines.join('\n'));
  }

  /** The configuration, literally. */
  write(toml: string): void {
    writeFileSync(join(this.root, 'config', 'listmill.toml'), toml);
  }

  behave(behaviour: Readonly<Record<string, readonly string[]>>): void {
    writeFileSync(join(this.root, 'behaviour.json'), JSON.stringify(behaviour));
  }

  launch(args: readonly string[] = [], environment: Record<string, string> = {}): RunningMaster {
    const child = fork(masterProgram, [this.root, `--program=${fakeWorker}`, ...args], {
      execArgv: ['--import', idleProcessors],
      env: childEnvironment(environment),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const birth = once(child, 'message').then(([message]) => birthSchema.parse(message));
    const end = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
    const running = { child, birth, end };
    this.#masters.push(running);
    return running;
  }

  /** A master whose workers are all up. */
  async started(args: readonly string[] = []): Promise<RunningMaster> {
    const running = this.launch(args);
    const birth = await running.birth;
    assert.equal(birth.ok, true, birth.text);
    return running;
  }

  ask(request: Request, remark?: (text: string) => void): Promise<Asked> {
    return askMaster(this.paths, request, remark);
  }

  /** The text of a reply that must be good. */
  async done(request: Request): Promise<string> {
    const asked = await this.ask(request);
    assert.ok(typeof asked === 'object', String(asked));
    assert.equal(asked.ok, true, asked.text);
    return asked.text;
  }

  /** The text of a reply that must be a refusal. */
  async refused(request: Request): Promise<string> {
    const asked = await this.ask(request);
    assert.ok(typeof asked === 'object', String(asked));
    assert.equal(asked.ok, false, asked.text);
    return asked.text;
  }

  async status(): Promise<Status> {
    const asked = await this.ask({ verb: 'status' });
    assert.ok(typeof asked === 'object' && asked.status !== undefined, String(asked));
    return asked.status;
  }

  async worker(name: string): Promise<WorkerStatus | undefined> {
    return (await this.status()).workers.find((worker) => worker.name === name);
  }

  /** What happened in a slot: `born`, `after exit 1`, `holds`, `drains` ..., without pids. */
  lives(slot: string): string[] {
    return this.#lines(slot).map(([, event]) => event);
  }

  /** The processes that a slot has had. */
  pids(slot: string): number[] {
    return [...new Set(this.#lines(slot).map(([pid]) => pid))];
  }

  #lines(slot: string): [number, string][] {
    try {
      const text = readFileSync(join(this.root, 'lives', slot), 'utf8');
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [pid = '', ...event] = line.split(' ');
          return [Number(pid), event.join(' ')];
        });
    } catch {
      return [];
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { child, end } of this.#masters) {
      child.kill('SIGKILL');
      await end;
    }
    // Most leave by themselves when their master is gone; the stuck ones cannot.
    const pids = namesIn(join(this.root, 'lives')).flatMap((slot) => this.pids(slot));
    for (const pid of pids) if (isOurs(pid, this.root)) process.kill(pid, 'SIGKILL');
    await until('the workers are gone', () => !pids.some((pid) => isOurs(pid, this.root)));
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Whether this process lives and is one of that site's: numbers are used again. */
export function isOurs(pid: number, root: string): boolean {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return command.includes(root) && command.includes('fake-worker');
  } catch {
    return false;
  }
}
