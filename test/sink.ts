/**
 * A counting SMTP sink: takes everything, remembers who got which message how often, and
 * misbehaves as told. In a test: `startSink`. As a process of its own:
 *
 *   node dist/test/sink.js --port 2525 [--host ADDRESS] [--lmtp] [--store DIR]
 *        [--max-recipients N] [--delay MS] [--reply STAGE:PATTERN:REPLY]... [--offer KEYWORD]...
 *
 * It prints `{"port":N}` when it is ready and then obeys lines on standard input: STATS prints a
 * line of JSON, DUMP PATH writes `times<TAB>recipient<TAB>message-id`, RESET forgets, QUIT ends,
 * as does the end of the input (unless --stay).
 */
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import process from 'node:process';
import { createInterface } from 'node:readline';
import tls from 'node:tls';
import { parseArgs } from 'node:util';
import { Ledger, type SinkStats, type SunkMessage } from './sink/ledger.ts';
import type { SinkOptions, SinkRule, SinkStage } from './sink/options.ts';
import { Session } from './sink/session.ts';

export type { SinkOptions, SinkRule, SinkStats, SunkMessage };

/** A sink that listens. */
export type Sink = AsyncDisposable & {
  readonly port: number;
  /** With `keep`: every message that got its 250, and every command line. */
  readonly messages: readonly SunkMessage[];
  readonly commands: readonly string[];
  /** `recipient<TAB>message-id`, and how often. */
  readonly pairs: ReadonlyMap<string, number>;
  stats(): SinkStats;
  dump(path: string): void;
  reset(): void;
  /** Hangs up on all clients that are there now. */
  dropAll(): void;
  close(): Promise<void>;
};

/** Starts a sink, on any free port of the loopback unless told. */
export async function startSink(told: SinkOptions = {}): Promise<Sink> {
  // Rules count down: each sink has its own.
  const options = { ...told, rules: (told.rules ?? []).map((rule) => ({ ...rule })) };
  const ledger = new Ledger(options);
  const sockets = new Set<net.Socket>();
  const greet = (socket: net.Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    new Session(socket, options, ledger);
  };
  const server = options.tls?.implicit
    ? tls.createServer({ key: options.tls.key, cert: options.tls.cert }, greet)
    : net.createServer(greet);
  const { port = 0, host = '127.0.0.1', path } = options;
  server.listen(path === undefined ? { port, host } : { path });
  await once(server, 'listening');
  const dropAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const close = async (): Promise<void> => {
    dropAll();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  return {
    port: portOf(server.address()),
    messages: ledger.messages,
    commands: ledger.commands,
    pairs: ledger.pairs,
    stats: () => ledger.stats(),
    dump: (to) => ledger.dump(to),
    reset: () => ledger.reset(),
    dropAll,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function portOf(address: string | AddressInfo | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function readRule(text: string): SinkRule {
  const [stage = '', pattern = '', ...reply] = text.split(':');
  return { stage: stage as SinkStage, match: new RegExp(pattern, 'i'), reply: reply.join(':') };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      host: { type: 'string', default: '127.0.0.1' },
      lmtp: { type: 'boolean', default: false },
      store: { type: 'string' },
      'max-recipients': { type: 'string' },
      delay: { type: 'string', default: '0' },
      reply: { type: 'string', multiple: true, default: [] },
      offer: { type: 'string', multiple: true },
      stay: { type: 'boolean', default: false },
    },
  });
  const most = values['max-recipients'];
  const sink = await startSink({
    port: Number(values.port),
    host: values.host,
    lmtp: values.lmtp,
    delayMs: Number(values.delay),
    rules: values.reply.map(readRule),
    ...(values.offer === undefined ? {} : { offers: values.offer }),
    ...(values.store === undefined ? {} : { store: values.store }),
    ...(most === undefined ? {} : { maxRecipients: Number(most) }),
  });
  console.log(JSON.stringify({ port: sink.port }));
  for await (const line of createInterface({ input: process.stdin })) {
    const [word = '', argument = ''] = line.trim().split(' ');
    if (word === 'STATS') console.log(JSON.stringify(sink.stats()));
    if (word === 'RESET') sink.reset();
    if (word === 'DUMP') sink.dump(argument);
    if (word === 'DUMP' || word === 'RESET') console.log('{}');
    if (word === 'QUIT') await sink.close();
    if (word === 'QUIT') return;
  }
  if (!values.stay) await sink.close();
}

if (import.meta.filename === process.argv[1]) await main();
