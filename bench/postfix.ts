/** Postfix's own client and sink, which others are measured beside. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { atEnd } from './ends.ts';

/** It refuses to run as root. */
const asNobody = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];

/** Postfix's sink, which takes everything. */
export async function startSmtpSink(port: number): Promise<Disposable> {
  return await startCounting(port, 'ignore');
}

/** The same; `messages` is how many it has taken. */
export async function startCountingSmtpSink(
  port: number,
): Promise<Disposable & { readonly messages: () => number }> {
  return await startCounting(port, 'pipe');
}

async function startCounting(port: number, said: 'ignore' | 'pipe') {
  const program = '/usr/sbin/smtp-sink';
  if (!existsSync(program)) throw new Error(`no ${program}: install Postfix for this row`);
  const child = spawn(program, [...asNobody, '-c', `127.0.0.1:${port}`, '1000'], {
    stdio: ['ignore', said, 'inherit'],
  });
  // Its counters, one line over the other: `sess=5 quit=4 mesg=1234`.
  let counters = '';
  child.stdout?.on('data', (bytes: Buffer) => {
    counters = (counters + bytes.toString('latin1')).slice(-200);
  });
  const ended = atEnd(() => child.kill('SIGKILL'));
  await listening(port);
  return {
    messages: () => Number(/.*mesg=\s*(\d+)\s/s.exec(counters)?.[1] ?? 0),
    [Symbol.dispose]: () => {
      ended();
      child.kill('SIGKILL');
    },
  };
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 1000; tries += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const probe = connect(port, '127.0.0.1');
      probe.once('connect', () => {
        probe.destroy();
        resolve(true);
      });
      probe.once('error', () => resolve(false));
    });
    if (open) return;
    await sleep(10);
  }
  throw new Error(`nobody listens on port ${port}`);
}

/** Runs Postfix's source; gives messages a second. */
async function smtpSource(
  port: number,
  options: { sessions: number; messages: number; recipients: number; bytes: number },
): Promise<number> {
  const began = performance.now();
  const child = spawn(
    '/usr/sbin/smtp-source',
    [
      '-d',
      ...['-s', String(options.sessions), '-m', String(options.messages)],
      ...['-r', String(options.recipients), '-l', String(options.bytes)],
      ...['-f', 'a@source.example', '-t', 'b@sink.example', `127.0.0.1:${port}`],
    ],
    { stdio: 'inherit' },
  );
  const ended = atEnd(() => child.kill('SIGKILL'));
  const [code] = (await once(child, 'exit')) as [number];
  ended();
  if (code !== 0) throw new Error(`smtp-source ended with ${code}`);
  return options.messages / ((performance.now() - began) / 1000);
}

/** The best rate over several numbers of sessions. */
export async function bestSource(
  port: number,
  options: { messages: number; recipients: number; bytes: number },
): Promise<{ rate: number; sessions: number }> {
  let best = { rate: 0, sessions: 0 };
  for (const sessions of [1, 5, 10, 20, 40]) {
    const messages = sessions === 1 ? Math.ceil(options.messages / 5) : options.messages;
    const rate = await smtpSource(port, { ...options, messages, sessions });
    if (rate > best.rate) best = { rate, sessions };
  }
  return best;
}
