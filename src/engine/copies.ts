/** Copies of the database: made while mail runs, proved before they count. */
import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { basename, join } from 'node:path';
import { namesIn } from '../ground/disk.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { queueNames } from '../model/queues.ts';
import { claimedIn } from '../spool/places.ts';
import type { Site } from './site.ts';

/** What a copy is called until it is proved. */
const unproved = '.part';
const besides = ['', '-wal', '-shm', '-journal'];

/** Copies the database, checks the copy, and gives it its name when it is durable. */
export async function copyStore(site: Site, name: string, now: number): Promise<void> {
  const { paths, spool } = site;
  mkdirSync(paths.backup, { recursive: true, mode: 0o770 });
  for (const old of namesIn(paths.backup).filter((one) => one.includes(unproved))) {
    spool.disk.remove(join(paths.backup, old));
  }
  const part = join(paths.backup, `${name}${unproved}`);
  try {
    await (await site.store()).backup(part);
    chmodSync(part, 0o660);
    await prove(part, now);
    syncFile(part);
    spool.disk.rename(part, join(paths.backup, name));
    await spool.disk.syncDir(paths.backup);
  } finally {
    for (const more of besides) {
      if (existsSync(`${part}${more}`)) spool.disk.remove(`${part}${more}`);
    }
  }
}

/** Opens a copy as a restored site would, and looks for faults. */
export async function prove(path: string, now: number): Promise<void> {
  const { openStore } = await import('../store/store.ts');
  const copy = await openStore(path, { now: () => now });
  try {
    const [fault] = await copy.integrity();
    if (fault === undefined) return;
    throw new UsageError(`the copy ${basename(path)} is damaged: ${fault}`, exit.dataErr);
  } finally {
    copy.close();
  }
}

/** Makes a file durable that somebody else wrote. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Removes an old copy. */
export function removeCopy({ paths, spool }: Site, name: string): boolean {
  const path = join(paths.backup, name);
  if (!existsSync(path)) return false;
  spool.disk.remove(path);
  return true;
}

/**
 * Forgets what was settled before a time. The record of an entry that is still claimed is its
 * commit: its recovery asks for it, however old it is.
 */
export async function forgetSettled({ spool, store }: Site, before: number): Promise<number> {
  const claimed = new Set(queueNames.flatMap((queue) => [...claimedIn(spool, queue)].map(idOf)));
  const isClaimed = (cause: string) => claimed.has(cause.slice(0, cause.lastIndexOf('.')));
  return (await store()).pruneSettled(before, isClaimed);
}

const idOf = ({ id }: { readonly id: string }) => id;

/** Forgets what became of copies before `before`; the number of batches. */
export async function forgetLedger({ paths }: Site, before: number): Promise<number> {
  if (!existsSync(paths.ledger)) return 0;
  const { openLedger } = await import('../store/ledger.ts');
  const ledger = await openLedger(paths.ledger);
  try {
    return await ledger.prune(before);
  } finally {
    ledger.close();
  }
}
