/** Calls the command line in this process and collects what it says. */
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { run } from '../../src/cli/program.ts';

export type Answer = { readonly code: number; readonly out: string; readonly err: string };

export type CallOptions = {
  readonly site?: string;
  readonly input?: string | Buffer;
  readonly cwd?: string;
};

/** `call('list ls', { site })`, or the words one by one where blanks are in them. */
export async function call(
  words: string | readonly string[],
  { site, input = '', cwd = '/' }: CallOptions = {},
): Promise<Answer> {
  const args = typeof words === 'string' ? words.split(' ') : words;
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const heard = Promise.all([text(stdout), text(stderr)]);
  const code = await run(site === undefined ? args : ['--site', site, ...args], {
    stdin: Readable.from([Buffer.from(input)]),
    stdout,
    stderr,
    isTerminal: false,
    cwd,
  });
  stdout.end();
  stderr.end();
  const [out, err] = await heard;
  return { code, out, err };
}
