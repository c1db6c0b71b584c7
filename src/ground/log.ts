/**
 * The log: one JSON line an event, each with list and entry where it has them.
 *
 * Lines are written at once (a crash must not take the last ones along); the file is opened for
 * appending, so that any number of processes share it and a rotation only needs `reopen`.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Logger, pino } from 'pino';
import { errorCode } from './errors.ts';

export type Log = Logger;

export type OpenLog = {
  readonly log: Log;
  reopen(): void;
  /** For thousands of lines a second: written together, at most `flushMs` late. */
  buffer(): void;
  /** What comes in one turn of the loop is written together, before anybody else has his turn. */
  gather(): void;
};

const bufferBytes = 16_384;
const flushMs = 200;

/** What an address is called in the log. */
export type Hide = (address: string) => string;

/** Opens the log of a process; `name` is the worker or the command. Without `hide` all is plain. */
export function openLog(to: string, level: string, name: string, hide?: Hide): OpenLog {
  const sink = new Sink(to, hide);
  const log = pino(
    {
      level,
      base: { process: name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    sink,
  );
  return {
    log,
    reopen: () => (to === 'stderr' ? undefined : sink.reopen()),
    buffer: () => sink.buffer(),
    gather: () => sink.gather(),
  };
}

/**
 * What stands behind these sub-addresses lets its holder decide, confirm or leave. Who may read the
 * log need not be one of them.
 */
const tokens =
  /(-(?:confirm|accept|reject|discard|held|leave|unsubscribe)[+=_.-])[a-z0-9-]{8,}(?=@)/gi;

/** Fields that say what was written to, not by whom; or anything else that looks like an address. */
const address =
  /("(?:recipient|messageId)":"[^"]*")|(?:\\"[^"\\]{1,64}\\"|[^\s"<>()[\],;:\\@/]+)@[^\s"<>()[\],;:\\@/]+/g;
/** The member in a return path of his own. */
const verp = /(-bounces[+=_.-])[^"@]+(?=@)/i;

function hidden(line: string, hide: Hide): string {
  return line.replace(address, (found, kept?: string) => kept?.replace(verp, '$1*') ?? hide(found));
}

/** Bytes of lines that are kept while they cannot be written. */
const maxKept = 1_000_000;
/** How often a pipe that is full at the moment is tried. */
const maxBusy = 50;
const stderrFd = 2;

/**
 * Where the lines go. A full disk must neither end a process nor hold it up (the library's own
 * destination does both): lines wait here for room, up to a limit, and the next one takes them
 * along.
 */
class Sink {
  readonly #path: string | undefined;
  readonly #hide: Hide | undefined;
  #fd: number;
  #kept: Buffer = Buffer.alloc(0);
  #lines = '';
  #delayBytes = 0;
  #gathers = false;
  #turn: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(to: string, hide: Hide | undefined) {
    this.#path = to === 'stderr' ? undefined : to;
    this.#hide = hide;
    this.#fd = this.#open();
  }

  write(line: string): void {
    const safe = line.replace(tokens, '$1*');
    this.#lines += this.#hide ? hidden(safe, this.#hide) : safe;
    if (this.#lines.length >= this.#delayBytes) this.flush();
    else if (this.#gathers) this.#turn ??= setImmediate(() => this.flush());
    else this.#timer ??= setTimeout(() => this.flush(), flushMs).unref();
  }

  /** Writes together what comes within a moment. */
  buffer(): void {
    this.#delayBytes = bufferBytes;
    process.on('exit', () => this.flush());
  }

  /** Writes together what comes in one turn of the loop. */
  gather(): void {
    this.#gathers = true;
    this.buffer();
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    clearImmediate(this.#turn);
    this.#turn = undefined;
    const kept = this.#kept.length;
    const bytes = Buffer.from(this.#lines);
    this.#lines = '';
    if (kept === 0) this.#kept = bytes;
    else if (kept + bytes.length <= maxKept) this.#kept = Buffer.concat([this.#kept, bytes]);
    for (let busy = 0; this.#kept.length > 0 && busy < maxBusy; ) {
      try {
        this.#kept = this.#kept.subarray(writeSync(this.#fd, this.#kept));
      } catch (error) {
        if (errorCode(error) !== 'EAGAIN') return;
        busy++;
        pauseMs(1);
      }
    }
  }

  /** The old file stays open where a new one cannot be opened. */
  reopen(): void {
    if (this.#path === undefined) return;
    const old = this.#fd;
    this.#fd = this.#open();
    closeSync(old);
  }

  #open(): number {
    if (this.#path === undefined) return stderrFd;
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o770 });
    return openSync(this.#path, 'a', 0o660);
  }
}

function pauseMs(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** A log that says nothing, for tests and for commands. */
export const silentLog: Log = pino({ level: 'silent' });
