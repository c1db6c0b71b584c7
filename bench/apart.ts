/** Runs a program of ours with a network, mounts and processes of its own: nothing gets out. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { atEnd, killTree } from './ends.ts';

const own = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

/** The first process there: a shell, as it waits for what others leave behind. */
const first = ['/bin/sh', '-c', '"$@"; exit $?', 'sh'];

/** Why it cannot be done here. */
export function notApart(): string | undefined {
  return process.getuid?.() === 0 ? undefined : 'needs root, for a network of its own';
}

/** The lines that it prints; whatever it has started ends with it. `program` is below `bench`. */
export async function* linesOf(
  program: string,
  args: readonly string[] = [],
): AsyncGenerator<string> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn('unshare', [...own, ...first, process.execPath, path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = atEnd(() => killTree(child.pid ?? 0));
  const exit = once(child, 'exit');
  yield* createInterface({ input: child.stdout });
  const [code] = (await exit) as [number | null];
  ended();
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
}
