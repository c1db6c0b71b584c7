/**
 * The one way to change the disk durably.
 *
 * Every commit is: write under a name nobody reads, sync, rename, sync the folder (I1).
 * What only moves names is synchronous: it takes microseconds, and a thread pool would cost
 * more than it does. What waits for the platters is a promise. Tests put a disk in front of
 * this one that stops at each operation, so every operation that matters goes through here.
 */

import * as fs from 'node:fs';
import { constants as fsConstants } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from './errors.ts';
import { notePassed } from './memory.ts';
import { fileMode, type OpenFile, openAside, openInPlace } from './open-file.ts';
import { piecesOf } from './pieces.ts';

export type Disk = {
  /** Creates one folder; its parent must be there. */
  makeDir(path: string): void;
  /** The same in a thread: to find room for what is new may take a kernel most of a millisecond. */
  makeDirAside(path: string): Promise<void>;
  /** Writes a file that is not there, or is empty; durable when the promise resolves. */
  write(path: string, bytes: string | Uint8Array): Promise<void>;
  /** The same, piece by piece as `fill` gives them. */
  stream(path: string, fill: (write: Write) => Promise<void>): Promise<void>;
  /** Cuts a file off at `start` bytes, makes it where it is missing, and lets `fill` go on there. */
  append(path: string, start: number, fill: (write: Write) => Promise<void>): Promise<void>;
  /** Opens a file to write in it where it stands; makes it where it is missing. */
  open(path: string): OpenFile;
  /** The same in a thread. */
  openAside(path: string): Promise<OpenFile>;
  /** A second name for the same bytes; where links cannot be made, one new copy, synced. */
  link(from: string, to: string): Promise<void>;
  rename(from: string, to: string): void;
  /** Makes the names in a folder durable; callers that come together share one sync. */
  syncDir(path: string): Promise<void>;
  remove(path: string): void;
  /** Removes an empty folder. */
  removeDir(path: string): void;
};

/** Appends a piece; the next one only when it has resolved. */
export type Write = (bytes: Uint8Array) => Promise<void>;

const dirMode = 0o770;
const noLinkCodes = new Set(['EMLINK', 'EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** The real disk. */
export const realDisk: Disk = {
  makeDir: (path) => fs.mkdirSync(path, { mode: dirMode }),
  makeDirAside: (path) => fs.promises.mkdir(path, { mode: dirMode }).then(ignore),
  write: writeDurable,
  stream: streamDurable,
  append: appendDurable,
  open: openInPlace,
  openAside,
  link: linkOrCopy,
  rename: fs.renameSync,
  syncDir: syncShared,
  remove: fs.unlinkSync,
  removeDir: fs.rmdirSync,
};

function writeDurable(path: string, bytes: string | Uint8Array): Promise<void> {
  // A string is turned into bytes by the kernel call itself: no buffers are left to be collected.
  const length = typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length;
  // O_DSYNC makes the write itself wait for the disk: one trip through the thread pool, not two.
  return new Promise((resolve, reject) => {
    const fd = openEmpty(path, fsConstants.O_DSYNC);
    const done = (offset: number) => (error: Error | null, written: number) => {
      const at = offset + written;
      if (!error && at < length) return rest(at);
      fs.closeSync(fd);
      if (error) reject(error);
      else resolve();
    };
    const rest = (at: number): void => {
      const data = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
      fs.write(fd, data, at, length - at, null, done(at));
    };
    if (typeof bytes === 'string') fs.write(fd, bytes, null, 'utf8', done(0));
    else rest(0);
  });
}

async function streamDurable(path: string, fill: (write: Write) => Promise<void>): Promise<void> {
  await fillDurable(openEmpty(path), fill);
}

/** What has bytes already is somebody's: it is never written over. */
function openEmpty(path: string, more = 0): number {
  const fd = fs.openSync(path, fsConstants.O_WRONLY | fsConstants.O_CREAT | more, fileMode);
  if (fs.fstatSync(fd).size === 0) return fd;
  fs.closeSync(fd);
  throw Object.assign(new Error(`${path} is not empty`), { code: 'EEXIST' });
}

async function appendDurable(
  path: string,
  start: number,
  fill: (write: Write) => Promise<void>,
): Promise<void> {
  const fd = fs.openSync(path, 'a', fileMode);
  await fillDurable(fd, async (write) => {
    fs.ftruncateSync(fd, start);
    await fill(write);
  });
}

async function fillDurable(fd: number, fill: (write: Write) => Promise<void>): Promise<void> {
  try {
    await fill((bytes) => writeAll(fd, bytes));
    await new Promise<void>((resolve, reject) =>
      fs.fsync(fd, (error) => (error ? reject(error) : resolve())),
    );
  } finally {
    fs.closeSync(fd);
  }
}

/** Small pieces go to the kernel's cache at once; large ones might make the process wait. */
const smallPieceBytes = 32 * 1024;

async function writeAll(fd: number, bytes: Uint8Array): Promise<void> {
  notePassed(bytes.length);
  for (let at = 0; at < bytes.length; ) {
    const rest = bytes.length - at;
    at +=
      rest <= smallPieceBytes
        ? fs.writeSync(fd, bytes, at, rest)
        : await new Promise<number>((resolve, reject) =>
            fs.write(fd, bytes, at, rest, null, (error, n) => (error ? reject(error) : resolve(n))),
          );
  }
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    fs.linkSync(from, to);
  } catch (error) {
    if (!noLinkCodes.has(errorCode(error) ?? '')) throw error;
    await streamDurable(to, async (write) => {
      for await (const piece of piecesOf(from)) await write(piece);
    });
  }
}

type PendingSync = { running: Promise<void>; begun: boolean; next: Promise<void> | undefined };
const pendingSyncs = new Map<string, PendingSync>();

/** A sync that has not begun yet covers everyone who asks for it; one that runs covers nobody new. */
function syncShared(path: string): Promise<void> {
  const pending = pendingSyncs.get(path);
  if (!pending) return startSync(path);
  if (!pending.begun) return pending.running;
  pending.next ??= pending.running.then(ignore, ignore).then(() => startSync(path));
  return pending.next;
}

function startSync(path: string): Promise<void> {
  const running = new Promise<void>((resolve, reject) => {
    // Those who were told together that they may go on ask together: it begins behind them all.
    process.nextTick(() => {
      pending.begun = true;
      syncNow(path)
        .finally(() => {
          if (pendingSyncs.get(path) === pending && !pending.next) pendingSyncs.delete(path);
        })
        .then(resolve, reject);
    });
  });
  const pending: PendingSync = { running, begun: false, next: undefined };
  pendingSyncs.set(path, pending);
  return running;
}

function syncNow(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fd = fs.openSync(path, fsConstants.O_RDONLY);
    fs.fsync(fd, (error) => {
      fs.closeSync(fd);
      if (error) reject(error);
      else resolve();
    });
  });
}

function ignore(): void {}

/** Removes a folder and the files in it; what is not there is not missed. */
export function removeTree(disk: Disk, path: string): void {
  for (const name of namesIn(path)) {
    const child = join(path, name);
    try {
      disk.remove(child);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EISDIR' || code === 'EPERM') removeTree(disk, child);
      else if (code !== 'ENOENT') throw error;
    }
  }
  try {
    disk.removeDir(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/** The names in a folder, none where there is no such folder. */
export function namesIn(path: string): string[] {
  try {
    return fs.readdirSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
