/** `listmill top`: the status page, drawn again and again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { exit, explain, UsageError } from '../ground/errors.ts';
import { pathsOf } from './asking.ts';
import { InvalidArgumentError, type Io, type Verb } from './command.ts';
import { write } from './output.ts';
import { look, print } from './status.ts';

const defaultSeconds = 2;
const home = '\x1b[H';
const clearLine = '\x1b[K';
const clearBelow = '\x1b[J';
const otherScreen = ['\x1b[?1049h\x1b[?25l', '\x1b[?25h\x1b[?1049l'] as const;

export const top: Verb = (program, io) => {
  program
    .command('top')
    .description('the status, live, until you press q')
    .option('-d, --delay <seconds>', 'how often', parseSeconds, defaultSeconds)
    .option('-n, --count <times>', 'so many times, then end', parseCount)
    .action(async ({ delay, count }: { delay: number; count?: number }) => {
      if (!io.isTerminal && count === undefined) {
        throw new UsageError('top needs a terminal; use "status", or --count', exit.usage);
      }
      const done = new AbortController();
      const leave = (): void => done.abort();
      const release = listenForKeys(io, leave);
      process.once('SIGINT', leave);
      process.once('SIGTERM', leave);
      const [enter, exitScreen] = io.isTerminal ? otherScreen : ['', ''];
      await write(io.stdout, enter);
      try {
        await refresh(io, delay * 1000, count, done.signal);
      } finally {
        release();
        await write(io.stdout, exitScreen);
      }
    });
};

async function refresh(
  io: Io,
  delayMs: number,
  count: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  const paths = pathsOf(io);
  for (let times = 0; !signal.aborted && (count === undefined || times < count); times++) {
    if (times > 0) await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const page = await pageOf(io, () => look(io, paths));
    await write(io.stdout, io.isTerminal ? fitted(page) : page);
  }
}

/** The page as text: it is drawn in one piece, so that it does not flicker. */
async function pageOf(io: Io, find: () => ReturnType<typeof look>): Promise<string> {
  const pieces: string[] = [];
  const { Writable } = await import('node:stream');
  const stdout = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, next) {
      pieces.push(String(chunk));
      next();
    },
  });
  try {
    await print({ ...io, stdout }, await find());
  } catch (error) {
    // Between two masters there is nobody to ask; the next round may find one.
    pieces.push(`${explain(error)}\n`);
  }
  return pieces.join('');
}

/** As much as the terminal has lines and columns for. */
function fitted(page: string): string {
  const { columns = 80, rows = 24 } = process.stdout;
  const lines = page.split('\n').slice(0, rows - 1);
  return `${home}${lines.map((line) => `${line.slice(0, columns)}${clearLine}`).join('\n')}${clearBelow}`;
}

function listenForKeys(io: Io, leave: () => void): () => void {
  const { stdin } = io;
  if (stdin !== process.stdin || !process.stdin.isTTY) return () => undefined;
  const onKey = (key: Buffer): void => {
    // In raw mode Ctrl-C is a key, too.
    if (['q', 'Q', '\x03', '\x04'].includes(key.toString())) leave();
  };
  process.stdin.setRawMode(true);
  process.stdin.on('data', onKey);
  return () => {
    process.stdin.off('data', onKey);
    process.stdin.setRawMode(false);
    process.stdin.pause();
  };
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds >= 0.2 && seconds <= 3600) return seconds;
  throw new InvalidArgumentError('Seconds from 0.2 to 3600 are wanted.');
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('A number from 1 on is wanted.');
}
