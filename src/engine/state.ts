/** What a worker says of itself. */

export type WorkerState = 'idle' | 'working' | 'waiting' | 'paused' | 'draining';

/** What is known of a worker from outside. */
export type Report = {
  readonly state: WorkerState;
  readonly why: string | undefined;
  readonly current: { id: string; list?: string; since: number } | undefined;
  readonly done: number;
  readonly waiting: number;
};
