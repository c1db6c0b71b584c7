/** Whether there is room for more mail: asked at the door, before anything is taken (I10). */
import * as fs from 'node:fs';
import { errorCode, TransientError } from '../ground/errors.ts';
import { lettersIn, maxBundled } from '../model/ids.ts';
import { ordinaryPriority } from '../model/queues.ts';
import { readWaitingName } from './layout.ts';
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
  if (nlink > 2) return isMore(nlink - 2, folder, depth);
  // Others say 1 for any number. A folder's size grows with its names: a large one is counted.
  if ((size / bytesPerName) * maxBundled <= depth) return false;
  return isMore(fs.readdirSync(folder).length, folder, depth);
}

/** Letters count, not bundles of them: where it matters, by the ids of some. */
function isMore(folders: number, folder: string, depth: number): boolean {
  if (folders > depth || folders * maxBundled <= depth) return folders > depth;
  return folders * lettersEach(folder) > depth;
}

function lettersEach(folder: string): number {
  const dir = fs.opendirSync(folder, { bufferSize: looked });
  try {
    let letters = 0;
    let names = 0;
    for (let one = dir.readSync(); one && names < looked; one = dir.readSync()) {
      letters += lettersIn(readWaitingName(ordinaryPriority, one.name)?.id ?? '');
      names += 1;
    }
    return letters / Math.max(names, 1);
  } finally {
    dir.closeSync();
  }
}

/** Of so many entries it is looked how many letters are in them: enough for a limit. */
const looked = 1000;

/** A name of ours takes at least so much of a folder. */
const bytesPerName = 40;
