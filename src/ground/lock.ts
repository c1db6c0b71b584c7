/**
 * A lock that the kernel drops with its holder, however that ends.
 *
 * Node cannot call flock(2). But such a lock belongs to the *open file*, not to the process that
 * asked for it: a small program that inherits our descriptor locks it, ends, and the lock stays
 * with us until we close the descriptor or die. So no lock is ever stale, nothing depends on the
 * number of a process, the lock works between containers that share the folder, and who may hold
 * it is a matter of file permissions (an abstract socket has none of the last three; a lock of
 * SQLite would need the database library in the smallest of our processes).
 *
 * A folder can be locked as well as a file, and is better where there is one: nobody tidies it
 * away while it is held.
 */
import { spawn } from 'node:child_process';
import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { uptimeMs } from './clock.ts';
import { errorCode } from './errors.ts';

/** Held until released, or until this process ends. */
export type Lock = { readonly path: string; release(): void };

export type LockWait = {
  /** How long to wait for the present holder; at once is the default. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
  /** It must be there: no file is made in the place of a folder that was just tidied away. */
  readonly exists?: boolean;
};

/** Programs that lock descriptor 3, wait for nothing, and end 0 (ours), 1 (held) or otherwise. */
const lockers: readonly (readonly [string, readonly string[]])[] = [
  ['flock', ['-x', '-n', '3']],
  ['perl', ['-e', 'open(F, "<&=", 3) or exit 2; exit(flock(F, 6) ? 0 : $!{EWOULDBLOCK} ? 1 : 3)']],
];

const firstRetryMs = 20;
const maxRetryMs = 500;
const maxReplaced = 5;
const fileMode = 0o660;

/** Takes the lock on a folder, or on a file that is made where it is missing. */
export async function holdLock(path: string, wait: LockWait = {}): Promise<Lock | 'held'> {
  const until = uptimeMs() + (wait.waitMs ?? 0);
  for (let retryMs = firstRetryMs; ; retryMs = Math.min(retryMs * 2, maxRetryMs)) {
    const lock = await tryLock(path, wait.exists ?? false);
    const leftMs = until - uptimeMs();
    if (lock !== 'held' || leftMs <= 0 || wait.signal?.aborted) return lock;
    try {
      await sleep(Math.min(retryMs, leftMs), undefined, wait.signal ? { signal: wait.signal } : {});
    } catch (error) {
      if (wait.signal?.aborted) return 'held';
      throw error;
    }
  }
}

/** Whether somebody holds the lock now. Only for telling: it may be another matter a moment on. */
export async function isHeld(path: string): Promise<boolean> {
  const lock = await holdLock(path, { exists: true });
  if (lock === 'held') return true;
  lock.release();
  return false;
}

async function tryLock(path: string, exists: boolean): Promise<Lock | 'held'> {
  for (let round = 0; round < maxReplaced; round++) {
    const fd = openLockable(path, exists);
    let locked = false;
    try {
      locked = await lockDescriptor(fd, path);
      if (!locked) return 'held';
      // Removed or replaced between our open and our lock: what we hold then guards nothing.
      if (isStill(fd, path)) return { path, release: () => closeSync(fd) };
      locked = false;
    } finally {
      if (!locked) closeSync(fd);
    }
  }
  throw new Error(`${path} is removed again and again while it is being locked`);
}

function openLockable(path: string, exists: boolean): number {
  try {
    const make = exists ? 0 : constants.O_CREAT;
    return openSync(path, constants.O_RDONLY | make, fileMode);
  } catch (error) {
    if (errorCode(error) !== 'EISDIR') throw error;
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  }
}

function isStill(fd: number, path: string): boolean {
  const held = fstatSync(fd);
  const there = statSync(path, { throwIfNoEntry: false });
  return there !== undefined && there.ino === held.ino && there.dev === held.dev;
}

async function lockDescriptor(fd: number, path: string): Promise<boolean> {
  for (const [program, args] of lockers) {
    const code = await run(program, args, fd);
    if (code === 'absent') continue;
    if (code === 0 || code === 1) return code === 0;
    throw new Error(`cannot lock ${path}: ${program} ended with ${code}`);
  }
  const names = lockers.map(([program]) => program).join(' or ');
  throw new Error(`cannot lock ${path}: ${names} must be on the PATH (util-linux has flock)`);
}

function run(
  program: string,
  args: readonly string[],
  fd: number,
): Promise<number | string | 'absent'> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit', fd] });
    child.once('error', (error) => {
      if (errorCode(error) === 'ENOENT') resolve('absent');
      else reject(new Error(`cannot run ${program}: ${error.message}`, { cause: error }));
    });
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'nothing'));
  });
}
