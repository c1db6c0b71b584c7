/**
 * What the command line and the master say to each other over the control socket, one JSON line
 * each: a request, then any number of remarks, then the reply.
 *
 * Nothing here is needed to keep mail safe: spool and store are safe from any process, with the
 * master up or down.
 */
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod/mini';
import type { SitePaths } from '../ground/config.ts';
import { errorCode, exit, explain, UsageError } from '../ground/errors.ts';

/** A request is short; whatever is longer than this is not for us. */
export const maxRequestBytes = 65_536;

const names = z._default(z.array(z.string().check(z.maxLength(100))).check(z.maxLength(200)), []);

/** What may be asked of the master. */
export const requestSchema = z.discriminatedUnion('verb', [
  z.strictObject({ verb: z.literal('status') }),
  z.strictObject({ verb: z.literal('reload') }),
  z.strictObject({ verb: z.literal('reopen') }),
  /** Runners (`outgoing`) or slots (`outgoing-2`); no names mean all. */
  z.strictObject({ verb: z.literal('start'), names }),
  z.strictObject({ verb: z.literal('stop'), names }),
  z.strictObject({ verb: z.literal('restart'), names }),
  z.strictObject({ verb: z.literal('pause'), names }),
  z.strictObject({ verb: z.literal('resume'), names }),
]);
export type Request = z.infer<typeof requestSchema>;

const count = z.number();

const workerSchema = z.object({
  name: z.string(),
  runner: z.string(),
  slot: count,
  /** What the master knows (`parked`), else what the worker says of itself (`idle`). */
  state: z.enum([
    'stopped',
    'starting',
    'idle',
    'working',
    'waiting',
    'paused',
    'draining',
    'backoff',
    'parked',
    'recovering',
  ]),
  why: z.optional(z.string()),
  /** A person, or a monitor, should look. */
  trouble: z.boolean(),
  pid: z.optional(count),
  uptimeMs: z.optional(count),
  /** Bytes, resident. */
  memory: z.optional(count),
  /** Of one core, over the last minute. */
  cpuPercent: z.optional(count),
  /** Entries settled since its start. */
  done: count,
  /** Entries settled a minute, over the last minute. */
  perMinute: count,
  current: z.optional(z.object({ id: z.string(), list: z.optional(z.string()), forMs: count })),
  /** Since the last sign of life. */
  beatAgeMs: z.optional(count),
  /** Processes that this slot has had, and failures in succession. */
  starts: count,
  failures: count,
  /** How the one before ended, where that was no clean end. */
  lastExit: z.optional(z.string()),
  nextTryMs: z.optional(count),
});
export type WorkerStatus = z.infer<typeof workerSchema>;

/** What the master says of itself and of all workers. */
export const statusSchema = z.object({
  pid: count,
  uptimeMs: count,
  memory: count,
  /** All leave. */
  stopping: z.boolean(),
  /** A new configuration is on its way through the workers. */
  reloading: z.boolean(),
  /** Names that a person stopped or paused. */
  stopped: z.array(z.string()),
  paused: z.array(z.string()),
  workers: z.array(workerSchema),
});
export type Status = z.infer<typeof statusSchema>;

/** One line of an answer: a remark on the way, or the reply that ends it. */
export const answerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('remark'), text: z.string() }),
  z.object({
    kind: z.literal('reply'),
    ok: z.boolean(),
    text: z.string(),
    status: z.optional(statusSchema),
  }),
]);
export type Answer = z.infer<typeof answerSchema>;
export type Reply = Extract<Answer, { kind: 'reply' }>;

/** What a master that was started in the background tells the command that started it. */
export const birthSchema = z.object({
  /** All workers are up. */
  ok: z.boolean(),
  /** The master stays. */
  running: z.boolean(),
  code: count,
  text: z.string(),
});
export type Birth = z.infer<typeof birthSchema>;

/** Where the master listens. */
export function controlSocket({ run }: Pick<SitePaths, 'run'>): string {
  return join(run, 'control.sock');
}

/** Only information: who holds the lock is what counts. */
export function pidFile({ run }: Pick<SitePaths, 'run'>): string {
  return join(run, 'master.pid');
}

/** What the file says, for messages to people. */
export function readPid(paths: Pick<SitePaths, 'run'>): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(pidFile(paths), 'utf8'), 10);
    return Number.isSafeInteger(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** `down`: no master is there; `gone`: it went away before it had answered. */
export type Asked = Reply | 'down' | 'gone';

/** Asks the master of a site. It is not asked how long it takes: a stop may take its grace. */
export async function askMaster(
  paths: Pick<SitePaths, 'run'>,
  request: Request,
  remark: (text: string) => void = () => undefined,
): Promise<Asked> {
  const path = controlSocket(paths);
  const socket = await withShortPath(path, (short) => connect(short));
  if (socket === 'down') return 'down';
  try {
    socket.write(`${JSON.stringify(request)}\n`);
    for await (const line of createInterface({ input: socket })) {
      const answer = answerSchema.parse(JSON.parse(line));
      if (answer.kind === 'reply') return answer;
      remark(answer.text);
    }
    return 'gone';
  } catch (error) {
    if (errorCode(error) === 'ECONNRESET' || errorCode(error) === 'EPIPE') return 'gone';
    throw error;
  } finally {
    socket.destroy();
  }
}

function connect(path: string): Promise<Socket | 'down'> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error) => {
      const code = errorCode(error);
      // Nobody listens on a socket file that a killed master left behind.
      if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') resolve('down');
      else if (code === 'EACCES' || code === 'EPERM') {
        const text = `may not speak to the master (${explain(error)}); run this as its user`;
        reject(new UsageError(text, exit.noPerm, { cause: error }));
      } else reject(error);
    });
  });
}

/** What the address of a Unix socket holds, on every system. */
const maxSocketPath = 100;

/**
 * Calls `use` with a path that fits in a socket's address: the folder of a long one is opened
 * and named by its descriptor, which Linux allows.
 */
export async function withShortPath<T>(
  path: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  if (Buffer.byteLength(path) <= maxSocketPath) return use(path);
  let folder: number;
  try {
    folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  } catch {
    return use(path);
  }
  try {
    return await use(join('/proc/self/fd', String(folder), basename(path)));
  } finally {
    closeSync(folder);
  }
}
