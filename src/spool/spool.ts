/**
 * The queues on disk.
 *
 *   <queue>/tmp/<id>/                          being written; nobody reads here
 *   <queue>/new/<priority>/<due>.<id>.<tries>/ due or waiting
 *   <queue>/claimed/<worker>/<priority>.<due>.<id>.<tries>/
 *   {held,shunt,bad}/<queue>/<id>/             parked, with why.json
 *
 * An entry is in one state, and only a rename moves it (I1). What a crash leaves:
 *   while a put is prepared   a folder in tmp: recovery of its cause, or cleaning, removes it
 *   before a claim's rename   the entry in new
 *   after it                  the entry in claimed: the successor recovers it (`recover.ts`)
 *   while a claim is removed  `tmp/<id>.gone`: cleaning removes it; some become `<id>.spare`
 * Whose message is all that goes on goes on itself: from claimed to another queue's new, by one
 * rename, under its new id, for which its entry.json had a line before the commit.
 * The order in which a step's outcome is carried out stands in `engine/settle.ts`.
 */
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { type Disk, namesIn, realDisk, removeTree } from '../ground/disk.ts';
import { errorCode } from '../ground/errors.ts';
import type { EntryMeta } from '../model/entry.ts';
import { writeMeta } from '../model/entry-text.ts';
import { type EntryId, isChildOf } from '../model/ids.ts';
import type { ParkingName, Priority, QueueName } from '../model/queues.ts';
import type { Waiting } from './intake.ts';
import {
  claimedName,
  type EntryName,
  metaFile,
  nextFile,
  readClaimedName,
  type SpoolPaths,
  spoolFolders,
  spoolPaths,
  waitingName,
  whyFile,
} from './layout.ts';
import { Litter } from './litter.ts';
import { MetaFiles } from './meta-files.ts';
import { openClaim } from './opening.ts';
import { type DraftFolder, madeFolder, notMade, type Own, Spares } from './spares.ts';
import { Together } from './together.ts';

/** An entry that a worker has taken. */
export type Claim = {
  readonly queue: QueueName;
  readonly worker: string;
  readonly name: EntryName;
  readonly folder: string;
};

/** A claim whose metadata was read. */
export type OpenClaim = Claim & {
  readonly meta: EntryMeta;
  readonly message: string;
  /** Where the last whole line of its entry.json ends, when that file is its own. */
  readonly metaEnd?: number | undefined;
};

/** A put that waits in `tmp` for its commit, and where it will be seen then. */
export type Draft = {
  readonly queue: QueueName;
  readonly id: EntryId;
  readonly priority: Priority;
  readonly due: number;
};

/** Why an entry is parked: `why.json`. */
export type Why = {
  readonly at: number;
  readonly queue: QueueName;
  readonly reasons: readonly string[];
};

/** Where most folders come along from `incoming`: there they are wanted again. */
const cameAlong: ReadonlySet<QueueName> = new Set(['command', 'bounce', 'pipeline', 'archive']);

/** The queue tree below one folder. */
export class Spool {
  readonly disk: Disk;
  readonly paths: SpoolPaths;
  readonly litter: Litter;
  readonly spares: Spares;
  readonly metaFiles: MetaFiles;
  readonly arrivals = new Together<Waiting>();

  constructor(root: string, disk: Disk = realDisk) {
    this.paths = spoolPaths(root);
    this.disk = disk;
    this.spares = new Spares(disk);
    this.litter = new Litter(disk, this.spares);
    this.metaFiles = new MetaFiles(disk);
  }

  /** Makes what is missing of the tree. */
  ensure(): void {
    for (const folder of spoolFolders(this.paths.root)) {
      fs.mkdirSync(folder, { recursive: true, mode: 0o770 });
    }
  }

  /** Makes the worker's own folder, into which its claims go. */
  async ensureWorker(queue: QueueName, worker: string): Promise<void> {
    const folder = this.paths.claimed(queue, worker);
    if (fs.existsSync(folder)) return;
    this.disk.makeDir(folder);
    await this.disk.syncDir(this.paths.claimedRoot(queue));
  }

  /** Takes one entry, and counts the try; undefined when another was faster (I3, I6). */
  claim(queue: QueueName, worker: string, name: EntryName): Claim | undefined {
    const taken: EntryName = { ...name, tries: name.tries + 1 };
    const folder = join(this.paths.claimed(queue, worker), claimedName(taken));
    try {
      this.disk.rename(join(this.paths.new(queue, name.priority), waitingName(name)), folder);
    } catch (error) {
      if (errorCode(error) === 'ENOENT' && fs.existsSync(join(folder, '..'))) return undefined;
      throw error;
    }
    return { queue, worker, name: taken, folder };
  }

  /** What lies in a worker's folder; names that are none of ours are left alone. */
  claims(queue: QueueName, worker: string): Claim[] {
    const folder = this.paths.claimed(queue, worker);
    return namesIn(folder).flatMap((text) => {
      const name = readClaimedName(text);
      return name ? [{ queue, worker, name, folder: join(folder, text) }] : [];
    });
  }

  /** The workers that have a folder in a queue. */
  workers(queue: QueueName): string[] {
    return namesIn(this.paths.claimedRoot(queue));
  }

  /** Reads the metadata of a claim; a reason when it is no entry. */
  open(claim: Claim): OpenClaim | { readonly broken: string } {
    return openClaim(claim);
  }

  /**
   * The folder in which a put is prepared; what a cut-off try left there is removed. There
   * is no message in it where that will be `linked`, else all its files may be there.
   */
  draftFolder(queue: QueueName, id: EntryId, linked?: 'linked'): DraftFolder {
    const folder = join(this.paths.tmp(queue), id);
    if (fs.existsSync(folder)) removeTree(this.disk, folder);
    const spare = this.spares.take(folder, linked !== undefined);
    if (spare) return spare;
    try {
      this.disk.makeDir(folder);
    } catch (error) {
      throw notMade(folder, error);
    }
    return madeFolder(folder);
  }

  /** Shows a prepared put to its queue; sync `new/<priority>` afterwards. False: not there. */
  publish({ queue, id, priority, due }: Draft): boolean {
    const draft = join(this.paths.tmp(queue), id);
    const name = waitingName({ due, id, tries: 0 });
    try {
      this.disk.rename(draft, join(this.paths.new(queue, priority), name));
      return true;
    } catch (error) {
      // Where the draft is there, it is its queue that is not.
      if (errorCode(error) === 'ENOENT' && !fs.existsSync(draft)) return false;
      throw error;
    }
  }

  /** The prepared puts of one cause in a queue: its children, not theirs. */
  draftsOf(queue: QueueName, cause: EntryId): EntryId[] {
    return namesIn(this.paths.tmp(queue)).filter((text) => isChildOf(text, cause));
  }

  /** Lets a claim go for good: out of sight by one rename; the rest when there is time. */
  finish(claim: Claim, own: Own = 'none'): void {
    const tmp = this.paths.tmp(claim.queue);
    const folder = join(tmp, `${claim.name.id}.gone`);
    if (fs.existsSync(folder)) removeTree(this.disk, folder);
    this.disk.rename(claim.folder, folder);
    const home = cameAlong.has(claim.queue) ? this.paths.tmp('incoming') : tmp;
    this.litter.add({ folder, claims: dirname(claim.folder), home, own });
  }

  /** Moves a claim on into another queue; sync its `new/<priority>` afterwards. */
  passOn({ folder }: Claim, { queue, id, priority, due }: Draft): void {
    const name = waitingName({ due, id, tries: 0 });
    this.disk.rename(folder, join(this.paths.new(queue, priority), name));
  }

  /** Puts a claim back to wait; `tries` is what counts against it from now on. */
  async release(claim: Claim, due: number, tries: number): Promise<void> {
    const folder = this.paths.new(claim.queue, claim.name.priority);
    this.disk.rename(claim.folder, join(folder, waitingName({ due, id: claim.name.id, tries })));
    await this.disk.syncDir(folder);
  }

  /** Writes what `entry.json` is to be after the commit. */
  async prepareNext(claim: Claim, meta: EntryMeta): Promise<void> {
    await this.#overwrite(join(claim.folder, nextFile), writeMeta(meta));
  }

  /**
   * After the commit of a "later": the new metadata takes the place of the old. It is synced:
   * an entry that waits with its old metadata would be worked a second time.
   */
  async swapNext(claim: Claim): Promise<void> {
    try {
      this.disk.rename(join(claim.folder, nextFile), join(claim.folder, metaFile));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
    await this.disk.syncDir(claim.folder);
  }

  /** Writes why a claim will be parked. */
  async prepareWhy(claim: Claim, why: Why): Promise<void> {
    await this.#overwrite(join(claim.folder, whyFile), `${JSON.stringify(why)}\n`);
  }

  /** Moves a claim to where a person finds it. */
  async park(claim: Claim, where: ParkingName): Promise<void> {
    const folder = this.paths.parking(where, claim.queue);
    const place = this.#freePlace(folder, claim.name.id);
    this.disk.rename(claim.folder, place);
    await this.disk.syncDir(folder);
  }

  async #overwrite(path: string, text: string | Buffer): Promise<void> {
    if (fs.existsSync(path)) this.disk.remove(path);
    await this.disk.write(path, text);
    await this.disk.syncDir(join(path, '..'));
  }

  /** Ids are unique, but an entry that was parked, copied back and parked again is not lost. */
  #freePlace(folder: string, id: string): string {
    for (let n = 0; ; n += 1) {
      const place = join(folder, n === 0 ? id : `${id}-again${n}`);
      if (!fs.existsSync(place)) return place;
    }
  }
}
