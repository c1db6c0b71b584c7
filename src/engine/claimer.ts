/** Takes entries for a worker, and sees to those that cannot be taken or are none. */
import { accessSync, constants, existsSync } from 'node:fs';
import { errorCode, explain, isPassing, TransientError } from '../ground/errors.ts';
import type { Log } from '../ground/log.ts';
import type { QueueName } from '../model/queues.ts';
import { type EntryName, waitingName } from '../spool/layout.ts';
import type { Claim, OpenClaim, Spool } from '../spool/spool.ts';
import { Departures } from './departures.ts';
import { parkBroken } from './recover.ts';

export type ClaimerParts = {
  readonly spool: Spool;
  readonly queue: QueueName;
  readonly worker: string;
  readonly log: Log;
  /** Told when what is no entry cannot be parked either. */
  readonly failed: (error: unknown) => void;
};

/** Takes entries of one queue into one worker's folder. */
export class Claimer {
  readonly departures = new Departures();
  readonly #parts: ClaimerParts;
  /** Ids of what cannot be taken for a reason of its own. */
  readonly #stuck = new Set<string>();
  readonly #parking = new Set<Promise<void>>();

  constructor(parts: ClaimerParts) {
    this.#parts = parts;
  }

  /**
   * Takes one entry; undefined when another was faster or when it is no entry. Throws
   * TransientError when nothing can be taken now; anything else thrown leaves the claim behind
   * for a successor to recover.
   */
  claim(name: EntryName, now: number): OpenClaim | undefined {
    const { spool, queue, worker } = this.#parts;
    if (this.#stuck.has(name.id)) return undefined;
    this.departures.expect(waitingName(name));
    let claim: Claim | undefined;
    try {
      claim = spool.claim(queue, worker, name);
    } catch (error) {
      if (!isPassing(error)) throw error;
      this.#explainDenial(name, error);
    }
    if (!claim) return undefined;
    const opened = spool.open(claim);
    if (!('broken' in opened)) return opened;
    this.#park(claim, opened.broken, now);
    return undefined;
  }

  /** At each poll: sees to it that we are still at home, and gives the stuck another try. */
  look(): void {
    const { spool, queue, worker } = this.#parts;
    const own = spool.paths.claimed(queue, worker);
    // Our lock is on that folder: with another one in its place we would not be alone.
    if (!existsSync(own)) throw new TransientError(`the spool folder ${own} is gone`);
    this.#stuck.clear();
  }

  /** Resolves when all that is under way is parked. */
  async rest(): Promise<void> {
    await Promise.all(this.#parking);
  }

  /** One with wrong modes waits for a person, and the others go on; else it is the house. */
  #explainDenial(name: EntryName, error: unknown): void {
    const { spool, queue, worker, log } = this.#parts;
    const ours = [spool.paths.new(queue, name.priority), spool.paths.claimed(queue, worker)];
    if (!isDenied(error) || !ours.every(isWritable)) {
      throw new TransientError(`cannot take entries of ${queue}`, { cause: error });
    }
    this.#stuck.add(name.id);
    const told = { event: 'unclaimable', entry: name.id, queue, why: explain(error) };
    log.error(told, 'cannot take an entry: are its folder and files ours?');
  }

  #park(claim: Claim, reason: string, now: number): void {
    const { spool, log, failed } = this.#parts;
    const parking = parkBroken({ spool, log, now }, claim, reason)
      .catch(failed)
      .finally(() => this.#parking.delete(parking));
    this.#parking.add(parking);
  }
}

function isDenied(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'EACCES' || code === 'EPERM';
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
