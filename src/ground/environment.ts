/** The only file that reads the environment and asks who we are. */
import { homedir, userInfo } from 'node:os';

/** The site that is meant when --site does not name one. */
export function siteFromEnvironment(): string | undefined {
  const named = process.env['LISTMILL_SITE'];
  return named === '' ? undefined : named;
}

/** The editor that its user likes. */
export function editor(): string {
  return process.env['VISUAL'] || process.env['EDITOR'] || 'vi';
}

/** True where an unexpected error shall show its stack. */
export function wantsStacks(): boolean {
  return (process.env['LISTMILL_DEBUG'] ?? '') !== '';
}

/** Who gives this command: also behind sudo, which says it in SUDO_USER. */
export function userName(): string {
  const behind = process.env['SUDO_USER'];
  if (behind !== undefined && behind !== '') return behind;
  try {
    return userInfo().username;
  } catch {
    // No entry for this uid in the system's list of users: containers have that.
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}

/** The number of the user that we run as; 0 is root. */
export function userId(): number | undefined {
  return process.getuid?.();
}

/** The environment of a program of somebody else, as an MTA would give it one. */
export function plainEnvironment(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: homedir(), ...more };
}

/** What systemd wants to hear from a service, and how often. */
export type Supervisor = {
  /** It is told of our state. */
  readonly notify: boolean;
  /** It expects a sign of life at least this often. */
  readonly watchdogMs: number | undefined;
};

/** What systemd, if it started us, has asked for. */
export function supervisor(): Supervisor {
  const notify = (process.env['NOTIFY_SOCKET'] ?? '') !== '';
  const microseconds = Number(process.env['WATCHDOG_USEC']);
  const ours = [undefined, String(process.pid)].includes(process.env['WATCHDOG_PID']);
  const watched = notify && ours && Number.isFinite(microseconds) && microseconds > 0;
  return { notify, watchdogMs: watched ? microseconds / 1000 : undefined };
}

/** The environment of a process of ours: that of a service's supervisor is not handed on. */
export function childEnvironment(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID, ...rest } = process.env;
  return { ...rest, ...more };
}

/** The same, for the program that tells the supervisor. */
export function notifierEnvironment(): NodeJS.ProcessEnv {
  return process.env;
}
