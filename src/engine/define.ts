/** How a runner says what it reads, what it may write, and its one step. */
import type { Outcome } from '../model/outcome.ts';
import type { QueueName } from '../model/queues.ts';
import type { Desk, Entry } from './desk.ts';
import type { Site } from './site.ts';

export type Route<R extends QueueName = QueueName, W extends QueueName = QueueName> = {
  readonly reads: R;
  readonly writes: readonly W[];
  /** Entries that one worker has in hand at once; what is ready together is settled together. */
  readonly batch?: number;
  /** How long an outcome waits for others to be settled with it, ms; 0 when left out. */
  readonly gatherMs?: number;
  /** Lists take turns with what they have due at the same priority; otherwise it is by due. */
  readonly fair?: boolean;
};

export type Step<W extends QueueName = QueueName> = (
  entry: Entry,
  desk: Desk,
) => Promise<Outcome<W>>;

/** What a runner keeps while its worker lives (connections), made once. */
export type Equipment<W extends QueueName> = {
  readonly step: Step<W>;
  /** Takes the place of the route's `batch` where the configuration says how many. */
  readonly batch?: number;
  /** Called before outcomes are settled, for what is to be written with all of them at once. */
  readonly beforeSettle?: () => Promise<void>;
  /** Ends what is under way when the grace time is over or the worker leaves. */
  close(): Promise<void>;
};

export type Runner = {
  readonly kind: 'runner';
  readonly route: Route;
  /** Given the open site, makes the step. */
  equip(site: Site, signal: AbortSignal): Promise<Equipment<QueueName>>;
};

/** A process without a queue of its own: it takes mail in. */
export type Service = {
  readonly kind: 'service';
  readonly writes: readonly QueueName[];
  /** Serves until the signal; resolves when it has ended cleanly. `ready` when it can be used. */
  serve(site: Site, signal: AbortSignal, ready: (done?: number) => void): Promise<void>;
};

/** A runner whose step is a function of entry and view; an undeclared put does not compile. */
export function defineRunner<R extends QueueName, W extends QueueName = never>(
  route: Route<R, W>,
  // What the step puts must not widen what the route declares.
  step: Step<NoInfer<W>>,
): Runner {
  return { kind: 'runner', route, equip: async () => ({ step, close: async () => undefined }) };
}

/** A runner that keeps something open between its steps. */
export function defineEquipped<R extends QueueName, W extends QueueName = never>(
  route: Route<R, W>,
  equip: (site: Site, signal: AbortSignal) => Promise<Equipment<NoInfer<W>>>,
): Runner {
  return { kind: 'runner', route, equip };
}

/** A process that takes mail in. */
export function defineService(writes: readonly QueueName[], serve: Service['serve']): Service {
  return { kind: 'service', writes, serve };
}
