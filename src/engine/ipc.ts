/**
 * What master and workers say to each other over the fork's channel.
 *
 * A worker is started as `process.js SITE_ROOT RUNNER SLOT [--last-exit TEXT]`. It beats every
 * `master.beatMs` and at each change of state; it drains and leaves when told so, on SIGTERM and
 * SIGINT, and when the channel closes, so that no worker outlives its master unseen.
 */
import * as z from 'zod/mini';

const count = z.number();

export const beatSchema = z.object({
  kind: z.literal('beat'),
  state: z.enum(['starting', 'idle', 'working', 'waiting', 'paused', 'draining']),
  /** Why it waits (the MTA is down, the disk is full), for `status`. */
  why: z.optional(z.string()),
  /** The entry in hand and since when (ms of the wall clock). */
  current: z.optional(z.object({ id: z.string(), list: z.optional(z.string()), since: count })),
  /** Entries settled since the start. */
  done: count,
  /** Entries that it saw waiting at its last look. */
  waiting: count,
  /** Bytes. */
  memory: count,
  /** CPU time used, ms. */
  cpuMs: count,
});
export type Beat = z.infer<typeof beatSchema>;

/** The worker is over its memory ceiling: it finishes what it has, exits 0 and is replaced. */
const recycleSchema = z.object({ kind: z.literal('recycle'), memory: count });

/** What a worker may say. */
export const fromWorkerSchema = z.discriminatedUnion('kind', [beatSchema, recycleSchema]);
export type FromWorker = z.infer<typeof fromWorkerSchema>;

/** What a worker may be told. */
export const toWorkerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('drain') }),
  z.object({ kind: z.literal('pause') }),
  z.object({ kind: z.literal('resume') }),
  /** Configuration is read again; logs are opened again. */
  z.object({ kind: z.literal('reload') }),
  z.object({ kind: z.literal('reopen') }),
]);
export type ToWorker = z.infer<typeof toWorkerSchema>;

/** Exit codes of a worker that the master understands. */
export const workerExit = {
  /** Drained as asked, or recycled. */
  done: 0,
  /** Its code cannot be loaded or its configuration is wrong: trying again changes nothing. */
  hopeless: 15,
  /** Disk or store failed under it; a successor may do better. */
  failed: 75,
} as const;
