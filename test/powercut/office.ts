/** A small house for tests that end the world: a spool on a fast disk, a real store, its queues. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { dropCommits } from '../../src/engine/record.ts';
import { recoverClaims } from '../../src/engine/recover.ts';
import { type Fact, type Ledger, type Slip, settle } from '../../src/engine/settle.ts';
import { type Disk, namesIn, realDisk } from '../../src/ground/disk.ts';
import { silentLog } from '../../src/ground/log.ts';
import type { Change } from '../../src/model/change.ts';
import type { EntryMeta, Work } from '../../src/model/entry.ts';
import { writeMeta } from '../../src/model/entry-text.ts';
import { type EntryId, entryId, rootId } from '../../src/model/ids.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { finish } from '../../src/model/outcome.ts';
import { parkingNames, type QueueName, queueNames } from '../../src/model/queues.ts';
import {
  messageFile,
  metaFile,
  readWaitingName,
  spoolPaths,
  waitingName,
} from '../../src/spool/layout.ts';
import { type OpenClaim, Spool } from '../../src/spool/spool.ts';
import { openStore, type Store } from '../../src/store/store.ts';

export const now = 1_700_000_000_000;
export const worker = 'w-1';
/** The queues of the house, in the order of the flow. */
export const queues = [
  'incoming',
  'command',
  'pipeline',
  'archive',
  'mailing',
  'outgoing',
] as const;
export const message = 'From: anne@example.net\r\nSubject: food\r\n\r\nHerring.\r\n';

/** A folder for worlds, on the fastest disk there is; all of them are removed at the end. */
export function makeBench(): { readonly root: string } & Disposable {
  const root = fs.mkdtempSync(join(fs.existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'listmill-'));
  return { root, [Symbol.dispose]: () => void spawnSync('rm', ['-rf', root]) };
}

/** A bench and a store for all tests of a file: both are gone behind the last. */
export async function openBench() {
  const bench = makeBench();
  const store = await makeStore(bench.root);
  after(() => {
    store.close();
    bench[Symbol.dispose]();
  });
  return { bench, store };
}

/** A store with one list, cats@example.com. */
export async function makeStore(root: string): Promise<Store> {
  const store = await openStore(join(root, 'store.db'), { create: true, now: () => now });
  const admin = store.as('test');
  await admin.addDomain('example.com');
  const list = await admin.createList({ name: 'cats', domain: 'example.com' });
  // The queues of a world have one priority.
  await admin.changeSettings(list, [{ name: 'noticePriority', value: 5 }]);
  return store;
}

/** Makes the folders of some queues below `root`; only the first one parks. */
export function makeSpool(root: string, queues: readonly QueueName[]): void {
  const paths = spoolPaths(root);
  for (const [n, queue] of queues.entries()) {
    const folders = [paths.tmp(queue), paths.new(queue, 5), paths.claimed(queue, worker)];
    const parking = parkingNames.map((where) => paths.parking(where, queue));
    for (const folder of [...folders, ...(n === 0 ? parking : [])]) {
      fs.mkdirSync(folder, { recursive: true });
    }
  }
}

/** The queues of a world, in the order of the flow. */
export function queuesOf(root: string): QueueName[] {
  return queueNames.filter((queue) => fs.existsSync(join(root, queue)));
}

export function metaOf(id: EntryId, work: Work, bytes = message): EntryMeta {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return {
    version: 1,
    id,
    priority: 5,
    due: now,
    round: 0,
    received: now,
    sender: 'anne@example.net',
    recipient: 'cats@example.com',
    message: { size: Buffer.byteLength(bytes), digest },
    hops: [],
    attempts: 0,
    work,
  };
}

/** Lays an entry into a queue, as if it had always been there. */
export function lay(root: string, queue: QueueName, meta: EntryMeta, bytes = message): string {
  const name = waitingName({ due: meta.due, id: meta.id, tries: 0 });
  const folder = join(spoolPaths(root).new(queue, meta.priority), name);
  fs.mkdirSync(folder);
  fs.writeFileSync(join(folder, metaFile), writeMeta(meta));
  fs.writeFileSync(join(folder, messageFile), bytes);
  return folder;
}

let worlds = 0;
/** An id that no other world in this process has. */
export function freshId(): EntryId {
  worlds += 1;
  return entryId(`e${worlds}`);
}

export type Steps = Partial<Record<QueueName, (claim: OpenClaim) => Promise<Outcome>>>;

/** Claims all that waits in a queue, due or not. */
export function claimAll(spool: Spool, queue: QueueName): OpenClaim[] {
  return namesIn(spool.paths.new(queue, 5)).flatMap((text) => {
    const name = readWaitingName(5, text);
    const claim = name && spool.claim(queue, worker, name);
    if (!claim) return [];
    const opened = spool.open(claim);
    assert(!('broken' in opened), `${text}: ${'broken' in opened ? opened.broken : ''}`);
    return [opened];
  });
}

/** Takes up the work after a crash, as new workers would: nothing but recovery. */
export async function recoverAll(
  root: string,
  ledger: Ledger,
  disk: Disk = realDisk,
): Promise<void> {
  const spool = new Spool(root, disk);
  const recovery = { spool, ledger, log: silentLog, now };
  const queues = queuesOf(root);
  for (const queue of queues) {
    const parts = { ...recovery, maxTries: 1000, lastExit: undefined };
    await recoverClaims(parts, queue, queues, worker);
  }
  spool.litter.sweep();
}

/** Works until nothing is left; gives what was taken at the ends of the flow, each time. */
export async function workOff(root: string, ledger: Ledger, steps: Steps): Promise<string[]> {
  const spool = new Spool(root);
  const taken: string[] = [];
  for (let idle = false; !idle; ) {
    idle = true;
    for (const queue of queuesOf(root)) {
      const claims = claimAll(spool, queue);
      if (claims.length === 0) continue;
      idle = false;
      const slips: Slip[] = [];
      for (const claim of claims) {
        const step = steps[queue];
        if (!step) taken.push(`${queue} ${claim.meta.id}`);
        slips.push({ claim, outcome: await (step ?? lastStep)(claim) });
      }
      const results = await settle(spool, ledger, slips, now);
      for (const result of results) assert.equal(result.kind, 'settled');
    }
  }
  spool.litter.sweep();
  for (const queue of queuesOf(root)) dropCommits(spool, queue, worker);
  return taken.sort();
}

/** The end of the flow: the message must be whole, and the store counts it once more. */
async function lastStep({ meta, message: file }: OpenClaim): Promise<Outcome> {
  const digest = createHash('sha256').update(fs.readFileSync(file)).digest('hex');
  assert.equal(`sha256:${digest}`, meta.message.digest);
  return { changes: [counted(meta.id, 10)], fate: finish };
}

/** A change that shows when it is applied twice. */
export function counted(id: EntryId, delivered: number): Change {
  const figures = { delivered, refused: 0, failed: 0, done: false };
  return { kind: 'handed', mailing: rootId(id), list: undefined, ...figures };
}

/** The sum of what was counted as delivered for an id. */
export async function countOf(ledger: Ledger, id: EntryId): Promise<number> {
  return Number((await tallyOf(ledger, id))['delivered']);
}

/** All that was counted for the mailing with an id, which ends here. */
export async function tallyOf(ledger: Ledger, id: EntryId): Promise<Fact> {
  const about = { mailing: id, list: undefined };
  const changes: Change[] = [
    { kind: 'cut', ...about, batches: 1, recipients: 0, last: true },
    { kind: 'handed', ...about, delivered: 0, refused: 0, failed: 0, done: true },
  ];
  const slip = { cause: `count-${id}`, changes, fate: '' };
  const [applied] = await ledger.apply([slip], now);
  assert(applied?.kind === 'applied');
  const fact = applied.facts.find(({ kind }) => kind === 'mailing-finished');
  assert(fact);
  return fact;
}

/** Folders that should be empty when all is done, and what is in them. */
export function leftovers(root: string): string[] {
  const paths = spoolPaths(root);
  return queuesOf(root).flatMap((queue) => {
    const folders = [paths.tmp(queue), paths.claimed(queue, worker), paths.new(queue, 5)];
    return folders.flatMap((folder) => namesIn(folder).map((name) => join(folder, name)));
  });
}
