/**
 * Tells systemd how we are (sd_notify(3)) where it wants to know.
 *
 * Node has no datagram sockets of the Unix kind, so `systemd-notify` carries the words; that it
 * is another process is why the unit needs `NotifyAccess=all`.
 */
import { spawn } from 'node:child_process';
import { notifierEnvironment, type Supervisor } from '../ground/environment.ts';
import { errorCode, explain } from '../ground/errors.ts';

export type Notifier = {
  /** Sends variables, in order: `READY=1`, `STATUS=8 workers`. */
  tell(...words: readonly string[]): void;
  /** Asks for the status soon, and sends it when it is a new one. */
  changed(status: () => string): void;
  /** Resolves when all is said. */
  close(): Promise<void>;
};

const program = 'systemd-notify';
/** A worker that is replaced changes the status several times within this. */
const statusMs = 1000;
const silent: Notifier = {
  tell: () => undefined,
  changed: () => undefined,
  close: () => Promise.resolve(),
};

/** A notifier that speaks where somebody listens, and that keeps the watchdog quiet. */
export function openNotifier(
  { notify, watchdogMs }: Supervisor,
  trouble: (text: string) => void,
): Notifier {
  if (!notify) return silent;
  let said: Promise<void> = Promise.resolve();
  let last = '';
  let soon: NodeJS.Timeout | undefined;
  let complained = false;
  const complain = (text: string): void => {
    if (!complained) trouble(`${program} does not tell systemd how we are: ${text}`);
    complained = true;
  };
  const tell = (...words: readonly string[]): void => {
    said = said.then(() => run(words, complain));
  };
  // Twice as often as is asked for. A master that hangs sends nothing, and is replaced.
  const timer = watchdogMs && setInterval(() => tell('WATCHDOG=1'), watchdogMs / 2);
  return {
    tell,
    changed(status) {
      soon ??= setTimeout(() => {
        soon = undefined;
        const text = status().replaceAll('\n', ' ');
        if (text !== last) tell(`STATUS=${text}`);
        last = text;
      }, statusMs);
    },
    close() {
      clearInterval(timer);
      clearTimeout(soon);
      return said;
    },
  };
}

function run(words: readonly string[], complain: (text: string) => void): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(program, [...words], { env: notifierEnvironment(), stdio: 'ignore' });
    child.once('error', (error) => {
      complain(errorCode(error) === 'ENOENT' ? 'the program is not there' : explain(error));
      resolve();
    });
    child.once('exit', (code, signal) => {
      if (code !== 0) complain(`it ended with ${code ?? signal}`);
      resolve();
    });
  });
}
