/** Programs as a person calls them. */
import { spawn } from 'node:child_process';

/** How a program ended, and all that it said. */
export type Called = { readonly code: number | null; readonly text: string };

export type CallOptions = {
  readonly cwd: string;
  /** Added to our own. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly limitMs?: number;
};

const usualMs = 120_000;

/** Runs a program to its end; one that takes too long is killed, and its code is null. */
export function call(
  [program = '', ...args]: readonly string[],
  { cwd, environment = {}, input = '', limitMs = usualMs }: CallOptions,
): Promise<Called> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: limitMs,
      killSignal: 'SIGKILL',
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, text }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
