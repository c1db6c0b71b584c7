/** One peer, one list, one posting: how long until the sink has it for all. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { atEnd, removeFolder } from '../ends.ts';
import { startCountingSmtpSink } from '../postfix.ts';
import { plainMessage } from '../posting.ts';
import { startSinkProcess } from '../sink.ts';
import { freePort } from '../suite.ts';
import { domain, type Peer, type Place } from './peer.ts';

const bytes = 4096;
/** Who stands still for so long will not go on. */
const patienceMs = 60_000;
const askEveryMs = 5;

/** What a sink has seen. */
type Counter = Disposable & { readonly port: number; copies(): number | Promise<number> };

export type Measure = {
  readonly members: number;
  readonly isEach: boolean;
  readonly transaction?: number;
};

/** Recipients a second, from the posting until the last one is accepted. */
export async function measure(peer: Peer, how: Measure): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'listmill-peer-'));
  const removed = atEnd(() => removeFolder(folder));
  try {
    using sink = how.isEach ? await messageCounter() : await recipientCounter();
    // A small one goes first: what is started late by any of them is up then.
    const warm = { list: 'warm', members: Math.ceil(how.members / 50) };
    const fan = { list: 'fan', members: how.members };
    const place: Place = { ...how, folder, port: sink.port, rosters: [warm, fan] };
    await using running = await peer.start(place);
    await running.post(warm.list, plainMessage(`${warm.list}@${domain}`, 1, bytes));
    await reach(sink, warm.members);
    const began = performance.now();
    await running.post(fan.list, plainMessage(`${fan.list}@${domain}`, 2, bytes));
    await reach(sink, warm.members + fan.members);
    return fan.members / ((performance.now() - began) / 1000);
  } finally {
    removeFolder(folder);
    removed();
  }
}

/** Postfix's sink: it takes more messages a second than one that remembers who got them. */
async function messageCounter(): Promise<Counter> {
  const port = await freePort();
  const sink = await startCountingSmtpSink(port);
  return { port, copies: sink.messages, [Symbol.dispose]: () => sink[Symbol.dispose]() };
}

/** Ours: messages say nothing here, so it counts recipients, and sees that none is there twice. */
async function recipientCounter(): Promise<Counter> {
  const sink = await startSinkProcess();
  return {
    port: sink.port,
    async copies() {
      const { recipients, repeated } = await sink.stats();
      if (repeated > 0) throw new Error(`${repeated} recipients got it twice`);
      return recipients;
    },
    [Symbol.dispose]: () => sink[Symbol.dispose](),
  };
}

async function reach(sink: Counter, wanted: number): Promise<void> {
  let [seen, lastMs] = [0, performance.now()];
  for (;;) {
    const now = await sink.copies();
    // More: a word to the owner or the listmaster.
    if (now >= wanted) return;
    if (now > seen) [seen, lastMs] = [now, performance.now()];
    if (performance.now() - lastMs > patienceMs) throw new Error(`${now} of ${wanted}, then none`);
    await sleep(askEveryMs);
  }
}
