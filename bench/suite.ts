/** A suite of real processes on a throw-away site: a master with its workers, or workers alone. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askMaster, birthSchema } from '../src/engine/control.ts';
import { masterProgram, workerProgram } from '../src/engine/programs.ts';
import { loadConfig } from '../src/ground/config.ts';
import { nodeFlags } from '../src/master/children.ts';
import { plannedRunners } from '../src/model/runners.ts';
import { makeSite, type TestSite } from '../test/site.ts';
import { atEnd, killTree, removeFolder } from './ends.ts';

export type Suite = AsyncDisposable & {
  readonly site: TestSite;
  readonly logFile: string;
  /** Starts workers without a master: `outgoing`, or `outgoing:2` for two of them. */
  start(...runners: string[]): Promise<void>;
  stop(...runners: string[]): Promise<void>;
  /** Pids by worker name, of those that were started without a master. */
  readonly pids: ReadonlyMap<string, number>;
  /** Starts the master with all its workers, and waits until they are up. */
  startMaster(): Promise<void>;
  /** Pids by name, of the master and its workers as they are now. */
  suitePids(): Promise<ReadonlyMap<string, number>>;
};

const startMs = 60_000;
const stopMs = 30_000;

/** Makes a site; its runners can be started one by one, or by the master. */
export async function makeSuite(toml: string): Promise<Suite> {
  const site = await makeSite(toml);
  const removed = atEnd(() => removeFolder(site.root));
  const children = new Map<string, ChildProcess>();
  const launch = (
    name: string,
    program: string,
    args: readonly string[],
    execArgv: string[] = [],
  ): ChildProcess => {
    const child = fork(program, args, {
      execArgv: [...process.execArgv, ...execArgv],
      env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    children.set(name, child);
    const ended = atEnd(() => killTree(child.pid ?? 0));
    child.once('exit', ended);
    return child;
  };
  const stop = async (...names: string[]): Promise<void> => {
    const leaving = [...children].filter(
      ([name]) => names.length === 0 || names.some((one) => name.startsWith(`${one}-`)),
    );
    for (const [name] of leaving) children.delete(name);
    await Promise.all(leaving.map(async ([, child]) => endChild(child)));
  };
  const { paths, config } = loadConfig(site.root);
  // As the master starts them.
  const flags = new Map(
    plannedRunners(config).map(({ name, memoryBytes }) => [name, nodeFlags(memoryBytes)]),
  );
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
          const slot = String(n + 1);
          const child = launch(
            `${runner}-${slot}`,
            workerProgram,
            [site.root, runner, slot],
            flags.get(runner),
          );
          await within(startMs, `${runner}-${slot} is up`, isUp(child));
        });
      });
      await Promise.all(ready);
    },
    async startMaster() {
      const child = launch('master', masterProgram, [site.root]);
      const [message] = await within(startMs, 'the master is up', firstWord(child));
      const birth = birthSchema.parse(message);
      if (!birth.ok) throw new Error(`the suite did not start: ${birth.text}`);
    },
    async suitePids() {
      const asked = await askMaster(paths, { verb: 'status' });
      if (asked === 'down' || asked === 'gone' || !asked.status) throw new Error('no master');
      const { pid, workers } = asked.status;
      // Those that only look for claims of a former life are gone in a moment.
      const there = workers.flatMap(({ name, pid, state }) =>
        pid === undefined || state === 'recovering' ? [] : [[name, pid] as const],
      );
      return new Map([['master', pid], ...there]);
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await site[Symbol.asyncDispose]();
      removed();
    },
  };
}

/** The first beat that does not say "starting". */
async function isUp(child: ChildProcess): Promise<void> {
  for (;;) {
    const [beat] = (await firstWord(child)) as [{ state?: string }];
    if (beat.state !== 'starting') return;
  }
}

/** What a child says next; rejects when it ends instead. */
function firstWord(child: ChildProcess): Promise<unknown[]> {
  const ended = new AbortController();
  const death = once(child, 'exit', { signal: ended.signal }).then(([code, signal]) => {
    throw new Error(`it ended by ${signal ?? `exit ${code}`}`);
  });
  const word = once(child, 'message', { signal: ended.signal });
  return Promise.race([word, death]).finally(() => {
    ended.abort();
    death.catch(() => undefined);
    word.catch(() => undefined);
  });
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  try {
    await within(stopMs, `${child.spawnargs.at(-1)} ends`, exit);
  } catch (error) {
    killTree(child.pid ?? 0);
    await exit;
    throw error;
  }
}

/** Gives what `promise` gives, or says what did not come in time. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  const over = new AbortController();
  const limit = sleep(ms, undefined, { signal: over.signal }).then(() => {
    throw new Error(`not within ${ms} ms: ${what}`);
  });
  limit.catch(() => undefined);
  return await Promise.race([promise, limit]).finally(() => over.abort());
}

/** Waits for a condition that is cheap to ask. */
export async function until(
  what: string,
  ms: number,
  condition: () => boolean | Promise<boolean>,
  everyMs = 5,
): Promise<void> {
  const end = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await sleep(everyMs);
  }
}

/** A port of the loopback that nobody has at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
