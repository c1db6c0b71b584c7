/** Starts the programs of a peer. All of them die with the network that they run in. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';

export type RunOptions = {
  readonly input?: Buffer;
  readonly user?: { readonly uid: number; readonly gid: number };
};

/** Runs a program to its end, which must be a good one; gives what it printed. */
export async function run(
  program: string,
  args: readonly string[],
  { input, user }: RunOptions = {},
): Promise<string> {
  const child = spawn(program, [...args], { cwd: '/', ...user });
  let said = '';
  let complaint = '';
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (complaint += bytes.toString()));
  // A program that does not read to the end is judged by its exit.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (code !== 0) {
    throw new Error(`${program} ${args.join(' ')}: ${signal ?? `exit ${code}`}\n${complaint}`);
  }
  return said;
}

/** Starts a daemon that stays in the foreground; what it says goes to a file. */
export function startDaemon(program: string, args: readonly string[], log: string): ChildProcess {
  const fd = openSync(log, 'a');
  return spawn(program, [...args], { cwd: '/', stdio: ['ignore', fd, fd] });
}

/** Ends it, kindly at first. */
export async function endDaemon(child: ChildProcess, kindMs = 10_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const unkind = setTimeout(() => child.kill('SIGKILL'), kindMs);
  await exit;
  clearTimeout(unkind);
}
