import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { workerProgram } from '../../src/engine/programs.ts';
import type { Work } from '../../src/model/entry.ts';
import type { EntryId, ListId } from '../../src/model/ids.ts';
import type { QueueName } from '../../src/model/queues.ts';
import { accept, arrive } from '../../src/spool/intake.ts';
import { waitingIn } from '../../src/spool/places.ts';
import { type Claim, Spool } from '../../src/spool/spool.ts';
import type { TestSite } from '../site.ts';

let written = 0;

/** The message of a posting by `from`, each with an id of its own. */
export function messageBy(from: string, subject = 'food', to = 'cats@example.com'): string {
  written += 1;
  return [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    `Message-ID: <${written}@example.net>`,
    '',
    'The cat is hungry.',
    '',
  ].join('\r\n');
}

export type Wanted = {
  readonly queue?: QueueName;
  readonly message?: string;
  readonly sender?: string | null;
  readonly recipient?: string;
  readonly list?: ListId | undefined;
  readonly work?: Work;
  readonly now?: number;
};

/** Puts an entry into a queue of a site as intake does. */
export async function putEntry(root: string, wanted: Wanted = {}): Promise<EntryId> {
  const spool = new Spool(root);
  const bytes = Buffer.from(wanted.message ?? messageBy('m1@d0.example'));
  const arrival = await arrive(spool, Readable.from([bytes]), 1_000_000);
  const target = {
    queue: wanted.queue ?? 'incoming',
    recipient: wanted.recipient ?? 'cats@example.com',
    list: wanted.list,
    work: wanted.work ?? { kind: 'mail', via: 'inject' },
  } as const;
  const sender = wanted.sender === undefined ? 'm1@d0.example' : wanted.sender;
  const [id] = await accept(spool, arrival, sender, [target], wanted.now ?? Date.now());
  if (id === undefined) throw new Error('nothing was put');
  return id;
}

/** Claims the one entry that waits in incoming, as a worker would. */
export async function claimOne(spool: Spool, worker: string): Promise<Claim> {
  await spool.ensureWorker('incoming', worker);
  const [place] = waitingIn(spool, 'incoming');
  const claim = place?.kind === 'waiting' && spool.claim('incoming', worker, place.name);
  if (!claim) throw new Error('nothing was claimed');
  return claim;
}

/** Starts a real worker. */
export function startWorker(site: TestSite, runner: string, slot = 1): ChildProcess {
  return fork(workerProgram, [site.root, runner, String(slot)], { stdio: 'inherit' });
}

/** Asks a worker to leave and waits until it has. */
export async function stopWorker(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const left = once(worker, 'exit');
  worker.kill('SIGTERM');
  await left;
}

/** Waits for a condition that others bring about. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let n = 0; n < 3000; n += 1) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited in vain until ${what}`);
}
