/**
 * Entries of a queue, made cheaply: as they look after intake, synced all at once. Those of one
 * handful share a file for their metadata, like those that arrive together (`meta-files.ts`): to
 * make a file for each was most of the time that a long queue took to be made.
 */
import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { writeMeta } from '../src/model/entry-text.ts';
import { type EntryId, entryId } from '../src/model/ids.ts';
import { messageFile, metaFile, spoolPaths, waitingName } from '../src/spool/layout.ts';
import { author, plainMessage } from './posting.ts';

/** File systems limit the names of one file, ext4 to 65,000. */
const linksPerFile = 30_000;
/** As many as come into one shared file of metadata. */
const handful = 32;
const bytes = 2048;
const priority = 5;

export class Backlog {
  readonly #list: string;
  readonly #message: string;
  readonly #size: number;
  readonly #tmp: string;
  readonly #new: string;
  #made = 0;
  readonly #ready: string[] = [];

  /** For the queue `incoming` of a site; the postings are for `list`. */
  constructor(root: string, list: string) {
    const paths = spoolPaths(join(root, 'spool'));
    this.#list = list;
    this.#message = join(root, 'backlog.eml');
    this.#tmp = paths.tmp('incoming');
    this.#new = paths.new('incoming', priority);
    writeFileSync(this.#message, plainMessage(list, 1, bytes));
    this.#size = statSync(this.#message).size;
  }

  /** Makes entries that nobody sees yet. */
  prepare(count: number): void {
    for (let left = count; left > 0; left -= handful) this.#prepareSome(Math.min(left, handful));
    // Else the disk would still be busy with them while something else is measured.
    execFileSync('sync');
  }

  /** Lets the runner see so many of them, as far as there are any. */
  publish(count: number): void {
    for (const id of this.#ready.splice(0, count)) {
      const name = waitingName({ due: Number(id.slice(1)), id: entryId(id), tries: 0 });
      renameSync(join(this.#tmp, id), join(this.#new, name));
    }
  }

  waiting(): number {
    return readdirSync(this.#new).length;
  }

  /** Puts aside what is left: to delete it would keep the disk busy. */
  clear(): void {
    this.#ready.length = 0;
    for (const folder of [this.#tmp, this.#new]) {
      renameSync(folder, `${this.#message}.${this.#made}.${basename(folder)}`);
      mkdirSync(folder);
    }
    execFileSync('sync');
  }

  #prepareSome(count: number): void {
    const ids = Array.from({ length: count }, (_, n) => entryId(`b${this.#made + n + 1}`));
    const [first = ''] = ids;
    const shared = join(this.#tmp, first, metaFile);
    for (const [n, id] of ids.entries()) {
      const folder = join(this.#tmp, id);
      mkdirSync(folder);
      if (this.#made % linksPerFile === linksPerFile - 1) this.#renewMessage();
      this.#made += 1;
      linkSync(this.#message, join(folder, messageFile));
      if (n === 0) writeFileSync(shared, ids.map((one) => this.#line(one)).join(''));
      else linkSync(shared, join(folder, metaFile));
      this.#ready.push(id);
    }
  }

  #line(id: EntryId): string {
    return String(
      writeMeta({
        version: 1,
        id,
        priority,
        due: Number(id.slice(1)),
        round: 0,
        received: 0,
        sender: author,
        recipient: this.#list,
        message: { size: this.#size, digest: null },
        hops: [],
        attempts: 0,
        work: { kind: 'mail', via: 'inject' },
      }),
    );
  }

  #renewMessage(): void {
    rmSync(this.#message);
    writeFileSync(this.#message, plainMessage(this.#list, 1, bytes));
  }
}
