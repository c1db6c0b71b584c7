/** The project's counting sink as a process of its own: it counts who got what, how often. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SinkStats } from '../test/sink.ts';
import { atEnd, killTree } from './ends.ts';

const program = fileURLToPath(new URL('../test/sink.js', import.meta.url));

export type SinkProcess = Disposable & {
  readonly port: number;
  readonly pid: number;
  stats(): Promise<SinkStats>;
};

export async function startSinkProcess(...args: string[]): Promise<SinkProcess> {
  const child = fork(program, ['--port', '0', ...args], {
    stdio: ['pipe', 'pipe', 'inherit', 'ipc'],
    execArgv: [],
  });
  const ended = atEnd(() => killTree(child.pid ?? 0));
  if (!child.stdout || !child.stdin) throw new Error('a sink without pipes');
  const { stdin } = child;
  const lines = createInterface({ input: child.stdout });
  const [ready] = (await once(lines, 'line')) as [string];
  return {
    port: (JSON.parse(ready) as { port: number }).port,
    pid: child.pid ?? 0,
    async stats() {
      const line = once(lines, 'line');
      stdin.write('STATS\n');
      return JSON.parse(((await line) as [string])[0]) as SinkStats;
    },
    [Symbol.dispose]() {
      ended();
      child.kill('SIGKILL');
    },
  };
}
