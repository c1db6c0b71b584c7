import { Readable, Writable } from 'node:stream';
import { run } from '../../src/cli/program.ts';
import type { TestSite } from '../site.ts';

export type Said = { readonly code: number; readonly out: string; readonly err: string };

/** Runs one command line against a site, in this process. */
export async function say(site: TestSite, ...args: readonly string[]): Promise<Said> {
  return await sayWith(site, '', ...args);
}

/** The same, with something on standard input. */
export async function sayWith(
  site: TestSite,
  input: string | Buffer,
  ...args: readonly string[]
): Promise<Said> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const code = await run(['--site', site.root, ...args], {
    stdin: Readable.from([Buffer.from(input)]),
    stdout: collector(out),
    stderr: collector(err),
    isTerminal: false,
    cwd: site.root,
  });
  return { code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
}

function collector(pieces: Buffer[]): Writable {
  return new Writable({
    write(piece, _, done) {
      pieces.push(Buffer.from(piece));
      done();
    },
  });
}
