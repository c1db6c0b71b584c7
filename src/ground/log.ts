/**
 * The log: one JSON line an event, each with list and entry where it has them.
 *
 * Lines are written at once (a crash must not take the last ones along); the file is opened for
 * appending, so that any number of processes share it and a rotation only needs `reopen`.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { destination, type Logger, pino } from 'pino';

export type Log = Logger;

export type OpenLog = { readonly log: Log; reopen(): void };

/** Characters of lines that are kept while they cannot be written. */
const maxKept = 1_000_000;

/** Opens the log of a process; `name` is the worker or the command. */
export function openLog(to: string, level: string, name: string): OpenLog {
  if (to !== 'stderr') mkdirSync(dirname(to), { recursive: true, mode: 0o770 });
  const common = { sync: true, maxLength: maxKept };
  const sink = destination(
    to === 'stderr' ? { ...common, fd: 2 } : { ...common, dest: to, append: true, mode: 0o660 },
  );
  // A full disk must not end a process because it cannot say so: lines wait for room, up to a
  // limit, and are written when there is some.
  sink.on('error', () => undefined);
  const log = pino(
    {
      level,
      base: { process: name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    sink,
  );
  return { log, reopen: () => (to === 'stderr' ? undefined : sink.reopen()) };
}

/** A log that says nothing, for tests and for commands. */
export const silentLog: Log = pino({ level: 'silent' });
