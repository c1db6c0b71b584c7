/** Signs copies in threads, so that hand-over goes on meanwhile. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { SigningOrder } from '../mail/dkim/copies.ts';
import type { SigningKey } from '../mail/dkim/key.ts';
import type { BodySource, ThreadReply, ThreadRequest } from './signing-thread.ts';

/** More threads than this are of no use beside the workers of the machine. */
const maxThreads = 4;

type Made = readonly (readonly string[])[];
type Waiting = { resolve(made: Made): void; reject(error: Error): void };

/** One message whose copies are signed. */
export type Signing = {
  /** The values that were made for each copy, given those that it brings. */
  sign(copies: readonly (readonly string[])[]): Promise<Made>;
  /** No more copies come. */
  end(): void;
};

/**
 * The threads of one process; they are started when the first copy is to be signed. One that
 * breaks takes the process with it, and the master starts another.
 */
export class Signers {
  readonly #threads: Worker[] = [];
  readonly #waiting = new Map<number, Waiting>();
  readonly #count: number;
  #calls = 0;
  #messages = 0;

  constructor(count = Math.max(1, Math.min(maxThreads, availableParallelism() - 1))) {
    this.#count = count;
  }

  /** Takes a message on; its file must stay where it is until the end. */
  begin(order: SigningOrder, keys: readonly SigningKey[], source: BodySource): Signing {
    this.#start();
    this.#messages += 1;
    const message = this.#messages;
    const plain = keys.map(({ algorithm, key }) => ({ algorithm, key }));
    this.#tell({ kind: 'message', message, order, keys: plain, source });
    return {
      sign: (copies) => this.#sign(message, copies),
      end: () => this.#tell({ kind: 'forget', message }),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.splice(0).map((thread) => thread.terminate()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #start(): void {
    while (this.#threads.length < this.#count) {
      const thread = new Worker(new URL('./signing-thread.js', import.meta.url));
      thread.on('message', (reply: ThreadReply) => this.#take(reply));
      // Only what waits for it keeps the process, and that is an entry in work.
      thread.unref();
      this.#threads.push(thread);
    }
  }

  #tell(request: ThreadRequest): void {
    for (const thread of this.#threads) thread.postMessage(request);
  }

  #sign(message: number, copies: readonly (readonly string[])[]): Promise<Made> {
    this.#calls += 1;
    const call = this.#calls;
    const thread = this.#threads[call % this.#threads.length];
    return new Promise((resolve, reject) => {
      this.#waiting.set(call, { resolve, reject });
      thread?.postMessage({ kind: 'sign', message, call, copies } satisfies ThreadRequest);
    });
  }

  #take(reply: ThreadReply): void {
    const waiting = this.#waiting.get(reply.call);
    this.#waiting.delete(reply.call);
    if ('made' in reply) waiting?.resolve(reply.made);
    else waiting?.reject(new Error(`a copy could not be signed: ${reply.error}`));
  }
}
