/** Whether there is room for more mail: asked at the door, before anything is taken (I10). */
import * as fs from 'node:fs';
import { errorCode, TransientError } from '../ground/errors.ts';
import { ordinaryPriority } from '../model/queues.ts';
import type { Spool } from './spool.ts';

const roomChecks = new WeakMap<Spool, { at: number; full: string | undefined }>();
const roomCheckMs = 1000;

/** Refuses at the door when disk or queue is full (I10); looks once a second at most. */
export function checkRoom(
  spool: Spool,
  limits: { freeBytes: number; queueDepth: number },
  now: number,
): void {
  let check = roomChecks.get(spool);
  if (!check || now - check.at >= roomCheckMs || now < check.at) {
    check = { at: now, full: whatIsFull(spool, limits) };
    roomChecks.set(spool, check);
  }
  if (check.full !== undefined) throw new TransientError(check.full);
}

function whatIsFull(
  spool: Spool,
  limits: { freeBytes: number; queueDepth: number },
): string | undefined {
  const folder = spool.paths.new('incoming', ordinaryPriority);
  try {
    const disk = fs.statfsSync(folder);
    const free = disk.bavail * disk.bsize;
    if (free < limits.freeBytes) {
      return `the disk of ${spool.paths.root} has ${free} bytes left (limits.freeBytes)`;
    }
    if (isDeeper(folder, limits.queueDepth)) {
      return `more than ${limits.queueDepth} entries wait in incoming (limits.queueDepth)`;
    }
    return undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return `${folder} is not there`;
    throw error;
  }
}

/** Entries are folders, and most file systems count a folder's folders in its links. */
function isDeeper(folder: string, depth: number): boolean {
  const { nlink, size } = fs.statSync(folder);
  if (nlink > 2) return nlink - 2 > depth;
  // Others say 1 for any number. A folder's size grows with its names: a large one is counted.
  return size / bytesPerName > depth && fs.readdirSync(folder).length > depth;
}

/** A name of ours takes at least so much of a folder. */
const bytesPerName = 40;
