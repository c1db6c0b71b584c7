/**
 * Starts worker processes, and hands on what they say and how they end.
 *
 * What a worker writes to standard error goes to a file of its slot, begun anew by each process
 * and read when it dies: the last words of a crash are then in `status` and in the log. A pipe
 * would do too, but would break under workers that outlive a killed master.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { type FromWorker, fromWorkerSchema, type ToWorker } from '../engine/ipc.ts';
import { childEnvironment } from '../ground/environment.ts';
import { explain } from '../ground/errors.ts';
import type { Ending } from './slot-types.ts';

/** Which program is started, for which site, and where its standard error goes. */
export type WorkerProgram = {
  readonly path: string;
  readonly siteRoot: string;
  /** A folder for a file a slot; undefined: our own standard error. */
  readonly stderrFolder: string | undefined;
};

export type WorkerOrder = {
  /** `outgoing-2`. */
  readonly name: string;
  readonly runner: string;
  readonly slot: number;
  readonly lastExit: string | undefined;
  readonly recoverOnly: boolean;
  readonly memoryBytes: number;
  readonly threads: number;
};

export type Listener = {
  said(message: FromWorker): void;
  ended(ending: Ending): void;
};

export type Child = {
  /** Undefined when it could not be started: `ended` says so soon. */
  readonly pid: number | undefined;
  /** A worker whose channel is closed gets a SIGTERM instead: it means the same. */
  send(message: ToWorker): void;
  signal(signal: NodeJS.Signals): void;
};

const mebibyte = 1024 * 1024;
const lastWordsBytes = 4096;
const maxWordsChars = 300;
/** Kept in an argument: longer ones are cut. */
const maxLastExitChars = 500;

/** Starts a worker; `listener.ended` is called exactly once. */
export function startWorker(program: WorkerProgram, order: WorkerOrder, listener: Listener): Child {
  const stderrFile = program.stderrFolder && join(program.stderrFolder, `${order.name}.stderr`);
  let child: ChildProcess;
  try {
    child = forkProgram(program, order, stderrFile);
  } catch (error) {
    // Too many processes, no memory, the folder is not there: a worker that died at birth.
    setImmediate(() => listener.ended({ code: null, signal: null, words: explain(error) }));
    return { pid: undefined, send: () => undefined, signal: () => undefined };
  }
  listen(child, stderrFile, listener);
  return {
    pid: child.pid,
    send(message) {
      if (!child.connected) child.kill('SIGTERM');
      else child.send(message, (error) => (error ? child.kill('SIGTERM') : undefined));
    },
    signal: (signal) => child.kill(signal),
  };
}

/** What a worker's Node is told of memory and compiling; `memoryBytes` is the runner's ceiling. */
export function nodeFlags(memoryBytes: number): string[] {
  return [
    // The ceiling counts all memory and is looked at between entries, so it is met before the
    // heap alone is as large: this limit is for the one entry that explodes.
    `--max-old-space-size=${Math.ceil(memoryBytes / mebibyte)}`,
    // What is young here dies young: three times 16 MiB for it, as is usual, were a third of a
    // busy worker and saved no CPU (a mailing to 600,000: 146 MiB resident, 110 with this).
    '--max-semi-space-size=4',
    // Hot code is compiled after half of the bytecode that V8 waits for: the second thousand small
    // postings of a suite cost 7 ms CPU each in place of 8.5, the third 5.8 in place of 6.8. With
    // 16,000 it was no better.
    '--interrupt-budget=30000',
    // ground/memory.ts says when.
    '--expose-gc',
    '--no-memory-reducer',
  ];
}

function forkProgram(
  program: WorkerProgram,
  order: WorkerOrder,
  stderrFile: string | undefined,
): ChildProcess {
  const { lastExit } = order;
  const args = [program.siteRoot, order.runner, String(order.slot)];
  if (order.recoverOnly) args.push('--recover-only');
  // One word with "=": a text that begins with a dash must not be taken for an option.
  if (lastExit !== undefined) args.push(`--last-exit=${lastExit.slice(0, maxLastExitChars)}`);
  const stderr = stderrFile === undefined ? 'inherit' : openSync(stderrFile, 'w', 0o640);
  try {
    return fork(program.path, args, {
      execArgv: nodeFlags(order.memoryBytes),
      env: childEnvironment({ UV_THREADPOOL_SIZE: String(order.threads) }),
      stdio: ['ignore', 'inherit', stderr, 'ipc'],
      serialization: 'json',
    });
  } finally {
    if (typeof stderr === 'number') closeSync(stderr);
  }
}

function listen(child: ChildProcess, stderrFile: string | undefined, listener: Listener): void {
  let over = false;
  const end = (ending: Ending): void => {
    if (over) return;
    over = true;
    listener.ended(ending);
  };
  child.on('message', (message) => {
    const parsed = fromWorkerSchema.safeParse(message);
    if (parsed.success && !over) listener.said(parsed.data);
  });
  child.once('exit', (code, signal) => {
    const words = code === 0 || stderrFile === undefined ? undefined : lastWords(stderrFile);
    end({ code, signal, words });
  });
  child.on('error', (error) => {
    // It is also told of signals and messages that found nobody: then `exit` comes, or came.
    if (child.pid === undefined) end({ code: null, signal: null, words: explain(error) });
  });
}

/** The line of its standard error that says most about why a process ended. */
export function lastWords(file: string): string | undefined {
  let text: string;
  try {
    const fd = openSync(file, 'r');
    try {
      const { size } = fstatSync(fd);
      const tail = Buffer.alloc(Math.min(size, lastWordsBytes));
      readSync(fd, tail, 0, tail.length, size - tail.length);
      text = tail.toString('utf8');
    } finally {
      closeSync(fd);
    }
  } catch {
    // Last words are welcome, not needed.
    return undefined;
  }
  const lines = text.split('\n').map((line) => line.trim());
  const telling = lines.findLast((line) => /^(FATAL ERROR|[A-Za-z]*Error\b|listmill)/.test(line));
  return (telling ?? lines.findLast((line) => line !== ''))?.slice(0, maxWordsChars);
}
