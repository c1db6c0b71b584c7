/** A spool and a worker for tests: its step is given, its store takes everything. */
import { mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Desk, Entry } from '../../src/engine/desk.ts';
import type { Ledger } from '../../src/engine/settle.ts';
import { Worker } from '../../src/engine/worker.ts';
import type { WorkerParts } from '../../src/engine/worker-parts.ts';
import { type Disk, namesIn, realDisk } from '../../src/ground/disk.ts';
import { silentLog } from '../../src/ground/log.ts';
import { entryId } from '../../src/model/ids.ts';
import { finish, type Outcome } from '../../src/model/outcome.ts';
import type { ParkingName, Priority } from '../../src/model/queues.ts';
import { commitFile, waitingName } from '../../src/spool/layout.ts';
import { Spool } from '../../src/spool/spool.ts';
import { lay, metaOf } from '../powercut/office.ts';

export const workerName = 'incoming-1';

/** A ledger in memory. */
export function makeLedger(): Ledger & { readonly causes: Map<string, string> } {
  const causes = new Map<string, string>();
  return {
    causes,
    async apply(slips) {
      return slips.map(({ cause, fate }) => {
        const known = causes.get(cause);
        if (known !== undefined) return { kind: 'already', fate: known };
        causes.set(cause, fate);
        return { kind: 'applied', facts: [] };
      });
    },
    settled: async (cause) => causes.get(cause),
  };
}

type Running = AsyncDisposable & {
  readonly worker: Worker;
  /** Rejects when the worker fails. */
  readonly ended: Promise<void>;
};

export class House implements Disposable {
  readonly root: string;
  readonly #own: boolean;
  readonly spool: Spool;
  readonly ledger: ReturnType<typeof makeLedger> = makeLedger();

  constructor(disk: Disk = realDisk, root?: string) {
    this.#own = root === undefined;
    this.root = root ?? mkdtempSync(join(tmpdir(), 'listmill-house-'));
    this.spool = new Spool(this.root, disk);
    this.spool.ensure();
  }

  /** Lays an entry into incoming; what has tries was in hand when a worker died. */
  async put(
    id: string,
    { tries = 0, due = Date.now(), priority = 5 as Priority } = {},
  ): Promise<void> {
    const meta = { ...metaOf(entryId(id), { kind: 'mail', via: 'inject' }), due, priority };
    const made = lay(this.root, 'incoming', meta);
    if (tries > 0) await rename(made, join(made, '..', waitingName({ due, id: meta.id, tries })));
  }

  async start(
    step: (entry: Entry) => Promise<Outcome>,
    more: Partial<WorkerParts> = {},
  ): Promise<Running> {
    await this.spool.ensureWorker('incoming', workerName);
    const worker = new Worker({
      site: { spool: this.spool, log: silentLog },
      name: workerName,
      route: { reads: 'incoming', writes: ['pipeline'], batch: 4 },
      step,
      ledger: this.ledger,
      // Steps of these tests look at nothing.
      desk: () => ({}) as Desk,
      now: Date.now,
      pollMs: 60_000,
      changed: () => undefined,
      ...more,
    });
    const ended = worker.run();
    ended.catch(() => undefined);
    return {
      worker,
      ended,
      async [Symbol.asyncDispose]() {
        worker.drain();
        await ended.catch(() => undefined);
      },
    };
  }

  parked(where: ParkingName): string[] {
    return namesIn(this.spool.paths.parking(where, 'incoming')).sort();
  }

  /** Entries that are left in incoming, waiting or claimed. */
  left(): string[] {
    const { paths } = this.spool;
    const folders = [paths.new('incoming', 5), paths.claimed('incoming', workerName)];
    return folders.flatMap(namesIn).filter((name) => name !== commitFile);
  }

  [Symbol.dispose](): void {
    for (const name of namesIn(this.root)) {
      rmSync(join(this.root, name), { recursive: true, force: true });
    }
    if (this.#own) rmdirSync(this.root);
  }
}

/** Collects what was stepped, and ends each. */
export function noting(seen: string[]): (entry: Entry) => Promise<Outcome> {
  return async ({ meta }) => {
    seen.push(meta.id);
    return { fate: finish };
  };
}
