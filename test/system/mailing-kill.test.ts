/**
 * A worker is killed in the middle of a mailing, ten times, under a real master (I7): everybody
 * gets it, and twice at most those whose transaction was in flight.
 */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { askMaster, type WorkerStatus } from '../../src/engine/control.ts';
import { masterProgram } from '../../src/engine/programs.ts';
import type { Site } from '../../src/engine/site.ts';
import type { ListId } from '../../src/model/ids.ts';
import { accept, arrive } from '../../src/spool/intake.ts';
import { startSink } from '../sink.ts';
import { makeList, makeSite } from '../site.ts';

const members = 10_000;
const wantedKills = 10;
const patienceMs = 120_000;

const message = [
  'From: m1@d0.example',
  'To: cats@example.com',
  'Subject: herring',
  'Message-ID: <herring@d0.example>',
  '',
  'Fresh today.',
  '',
].join('\r\n');

async function post(site: Site, list: ListId): Promise<void> {
  const arrival = await arrive(site.spool, Readable.from([Buffer.from(message)]), 100_000);
  const work = { kind: 'mail', via: 'inject' } as const;
  const target = { queue: 'incoming', recipient: 'cats@example.com', list, work } as const;
  await accept(site.spool, arrival, 'm1@d0.example', [target], Date.now());
}

/** The workers of outgoing that have something in hand. */
async function working(site: Site): Promise<readonly WorkerStatus[]> {
  const asked = await askMaster(site.paths, { verb: 'status' });
  const workers = typeof asked === 'object' ? (asked.status?.workers ?? []) : [];
  return workers.filter(({ runner, state }) => runner === 'outgoing' && state === 'working');
}

type Way = {
  readonly name: string;
  readonly verp: 'never' | 'always';
  readonly workers: number;
  readonly delayMs: number;
  /** Recipients of one transaction. */
  readonly each: number;
};

const connections = 4;
const ways: readonly Way[] = [
  { name: 'shared envelopes', verp: 'never', workers: 1, delayMs: 1, each: 50 },
  { name: 'a return path for each', verp: 'always', workers: 2, delayMs: 1, each: 1 },
];

function configOf(way: Way, port: number): string {
  return `
lmtp.listen = []
limits.crashes = 100
[outgoing]
batchRecipients = ${way.each === 1 ? 200 : way.each}
connections = ${connections}
[master]
backoffMs = 10
maxBackoffMs = 50
beatMs = 200
[runners.outgoing]
workers = ${way.workers}
maxWorkers = ${way.workers}
[[relay]]
port = ${port}
`;
}

for (const way of ways) {
  test(`${way.name}: ten kills lose nobody and repeat only what was in flight`, async (t) => {
    await using sink = await startSink({ delayMs: way.delayMs });
    await using made = await makeSite(configOf(way, sink.port));
    const list = await makeList(made, 'cats@example.com', members, { verp: way.verp });
    const site = made.open();
    const master = fork(masterProgram, [made.root], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const gone = once(master, 'exit');
    try {
      await once(master, 'message');
      await post(site, list);
      const end = Date.now() + patienceMs;
      let kills = 0;
      while (sink.stats().distinct < members || (await working(site)).length > 0) {
        assert(Date.now() < end, `after ${patienceMs} ms: ${JSON.stringify(sink.stats())}`);
        if (kills < wantedKills && sink.stats().distinct >= (kills + 0.5) * (members / 11)) {
          const [one] = await working(site);
          if (one?.pid !== undefined) {
            process.kill(one.pid, 'SIGKILL');
            kills += 1;
          }
        }
        await sleep(5);
      }
      const { distinct, repeated } = sink.stats();
      t.diagnostic(`${kills} kills, ${distinct} recipients, ${repeated} got it twice`);
      assert.equal(kills, wantedKills);
      assert.equal(distinct, members);
      assert(repeated <= kills * connections * way.each, `${repeated} were repeated`);
    } finally {
      master.kill('SIGTERM');
      await gone;
      await site.close();
    }
  });
}
