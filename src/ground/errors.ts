/** The two kinds of trouble (the world is not ready; one letter is bad) and exit codes. */

/** The world is not ready: the letter waits, the runner backs off. Always pass `cause`. */
export class TransientError extends Error {
  override readonly name = 'TransientError';
}

/** What a step saw is no longer so: nothing of it is done, and it looks again at once. */
export class StaleView extends Error {
  override readonly name = 'StaleView';
}

/** Bad input from a person: says what, where and what to do; ends a command with `exitCode`. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly exitCode: number;
  constructor(message: string, exitCode: number = exit.usage, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** sysexits(3), and what each means at our command line. */
export const exit = {
  ok: 0,
  /** Something is wrong, and the command said what. */
  failure: 1,
  usage: 64,
  dataErr: 65,
  noInput: 66,
  unavailable: 69,
  software: 70,
  osErr: 71,
  cantCreate: 73,
  ioErr: 74,
  tempFail: 75,
  noPerm: 77,
  config: 78,
} as const;

/** The system's own word for what failed (`ENOSPC`), where there is one. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Codes of a disk, a store or a system that may recover by itself. */
const passing = new Set([
  'ENOSPC',
  'EDQUOT',
  'EIO',
  'EROFS',
  'EACCES',
  'EPERM',
  'EMFILE',
  'ENFILE',
  'EAGAIN',
  'ENOMEM',
  'ESTALE',
]);

/** True for trouble that concerns the house, not one letter. */
export function isPassing(error: unknown): boolean {
  if (error instanceof TransientError || error instanceof StaleView) return true;
  const code = errorCode(error);
  return code !== undefined && (passing.has(code) || code.startsWith('SQLITE_'));
}

/** One line for a person: the message and those of its causes. */
export function explain(error: unknown): string {
  const lines: string[] = [];
  for (let e: unknown = error; e !== undefined && lines.length < 5; ) {
    if (!(e instanceof Error)) {
      lines.push(String(e));
      break;
    }
    lines.push(e.message.split('\n', 1)[0] ?? '');
    e = e.cause;
  }
  return lines.join(': ');
}

/** Ends a `switch` over a union: a forgotten case does not compile. */
export function unreachable(value: never): never {
  throw new Error(`impossible value ${JSON.stringify(value)}`);
}
