/** A place for a worker, what happens to it, and what it asks for. */
import type { Beat, ToWorker } from '../engine/ipc.ts';

/** What holds for the workers of one runner. */
export type SlotRules = {
  readonly graceMs: number;
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  readonly healthyMs: number;
  readonly hangMs: number;
  readonly memoryBytes: number;
  /** Its workers claim entries: a slot that is given up is searched for some. */
  readonly claims: boolean;
};

export type Draining = {
  readonly kind: 'draining';
  readonly since: number;
  readonly why: string;
  /** Its end is a failure: the successor has to wait. */
  readonly failure: boolean;
  /** What it was given to understand so far. */
  readonly pressed: 'asked' | 'term' | 'kill';
};

export type Backoff = {
  readonly kind: 'backoff';
  readonly until: number;
  readonly why: string;
  /** The wait has grown to its end, or it is hopeless: a person should look. */
  readonly parked: boolean;
};

export type Phase =
  | { readonly kind: 'off' }
  /** Forked, and not ready yet. */
  | { readonly kind: 'starting' }
  | { readonly kind: 'running' }
  | Draining
  | Backoff
  /** A process that takes no step gives back what the last one had claimed. */
  | { readonly kind: 'recovering' };

export type Slot = {
  readonly phase: Phase;
  /** A worker should be here. */
  readonly wanted: boolean;
  readonly paused: boolean;
  readonly pid: number | undefined;
  /** When the present process, or the last one, was forked. */
  readonly startedAt: number;
  readonly beatAt: number;
  readonly beat: Beat | undefined;
  /** In succession. */
  readonly failures: number;
  readonly starts: number;
  /** How the last process ended, when that was no clean end: its successor is told. */
  readonly lastExit: string | undefined;
  /** Something ran here, and nobody has looked for its claims yet. */
  readonly dirty: boolean;
};

/** A slot in which nothing ever ran. */
export const emptySlot: Slot = {
  phase: { kind: 'off' },
  wanted: false,
  paused: false,
  pid: undefined,
  startedAt: 0,
  beatAt: 0,
  beat: undefined,
  failures: 0,
  starts: 0,
  lastExit: undefined,
  dirty: false,
};

/** How a process ended; no code and no signal: it could not be started. */
export type Ending = {
  readonly code: number | null;
  readonly signal: string | null;
  /** Its last words, or the system's. */
  readonly words?: string | undefined;
};

export type SlotEvent =
  | { readonly kind: 'want'; readonly wanted: boolean }
  | { readonly kind: 'pause'; readonly paused: boolean }
  /** Someone asked for a new process here. */
  | { readonly kind: 'replace'; readonly why: string }
  /** Nobody is here, and it is time to look for claims that somebody left. */
  | { readonly kind: 'search' }
  | { readonly kind: 'forked'; readonly pid: number }
  | { readonly kind: 'beat'; readonly beat: Beat }
  | { readonly kind: 'recycle'; readonly memory: number }
  | { readonly kind: 'ended'; readonly ending: Ending }
  /** Time went by; for `deafMs` of it the master was not listening. */
  | { readonly kind: 'tick'; readonly deafMs: number };

export type SlotAction =
  | { readonly kind: 'fork'; readonly lastExit: string | undefined }
  | { readonly kind: 'recover' }
  | { readonly kind: 'send'; readonly message: ToWorker }
  | { readonly kind: 'signal'; readonly signal: 'SIGTERM' | 'SIGKILL' }
  | { readonly kind: 'note'; readonly level: 'info' | 'warn' | 'error'; readonly text: string };

export type SlotStep = { readonly slot: Slot; readonly actions: readonly SlotAction[] };
