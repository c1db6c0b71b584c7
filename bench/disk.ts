/** What the disk itself can do: files that are created, synced, renamed and so durable. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { parentPort, threadId, Worker, workerData } from 'node:worker_threads';

type Share = { readonly folder: string; readonly count: number; readonly bytes: number };

/**
 * Messages a second by `writers` threads that do nothing else: no Node in between. The files are
 * left to whoever removes `root`: some file systems are slow to make files for minutes after many
 * were removed, and what is measured next would pay.
 */
export async function diskRate(
  root: string,
  writers: number,
  count: number,
  bytes: number,
): Promise<number> {
  const folder = mkdtempSync(join(root, 'disk-rate-'));
  mkdirSync(join(folder, 'tmp'));
  mkdirSync(join(folder, 'new'));
  const share: Share = { folder, count: Math.ceil(count / writers), bytes };
  const threads = Array.from({ length: writers }, () => {
    return new Worker(new URL(import.meta.url), { workerData: share });
  });
  try {
    await Promise.all(threads.map((thread) => heard(thread)));
    const began = performance.now();
    for (const thread of threads) thread.postMessage('go');
    await Promise.all(threads.map((thread) => heard(thread)));
    return (share.count * writers) / ((performance.now() - began) / 1000);
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

function heard(thread: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    thread.once('message', () => resolve());
    thread.once('error', reject);
  });
}

function write({ folder, count, bytes }: Share): void {
  const content = Buffer.alloc(bytes, 'x');
  const fresh = join(folder, 'new');
  const newFolder = openSync(fresh, 'r');
  for (let n = 0; n < count; n += 1) {
    const name = `${threadId}.${n}`;
    const file = openSync(join(folder, 'tmp', name), 'wx', 0o660);
    writeSync(file, content);
    fsyncSync(file);
    closeSync(file);
    renameSync(join(folder, 'tmp', name), join(fresh, name));
    fsyncSync(newFolder);
  }
  closeSync(newFolder);
}

if (parentPort !== null) {
  parentPort.postMessage('ready');
  parentPort.once('message', () => {
    write(workerData as Share);
    parentPort?.postMessage('done');
  });
}
