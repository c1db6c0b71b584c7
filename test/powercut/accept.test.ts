/** The power goes off while mail comes in: yes is only said to what is on disk (I2). */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { type Disk, realDisk } from '../../src/ground/disk.ts';
import type { QueueName } from '../../src/model/queues.ts';
import { accept, arrive, type Target } from '../../src/spool/intake.ts';
import { Spool } from '../../src/spool/spool.ts';
import type { Store } from '../../src/store/store.ts';
import { claimAll, makeBench, makeStore, message, now, queuesOf } from './office.ts';
import { pullEverywhere, type Scene } from './plug.ts';

const bench = makeBench();
let store: Store;
before(async () => {
  store = await makeStore(bench.root);
});
after(() => {
  store.close();
  bench[Symbol.dispose]();
});

function target(queue: QueueName, n: number): Target {
  return { queue, recipient: `list${n}@example.com`, work: { kind: 'mail', via: 'lmtp' } };
}

async function give(root: string, disk: Disk, targets: readonly Target[]): Promise<void> {
  const spool = new Spool(root, disk);
  const arrival = await arrive(spool, Readable.from([Buffer.from(message)]), 10_000);
  await accept(spool, arrival, 'anne@example.net', targets, now);
}

/** Who has the message, in each queue; what can be seen must be whole. */
function held(root: string): string[] {
  const spool = new Spool(root);
  return queuesOf(root).flatMap((queue) =>
    claimAll(spool, queue).map((claim) => {
      const digest = createHash('sha256').update(readFileSync(claim.message)).digest('hex');
      assert.equal(claim.meta.message.digest, `sha256:${digest}`);
      return `${queue} ${claim.meta.recipient}`;
    }),
  );
}

function acceptScene(name: string, targets: readonly Target[]): Scene {
  const wanted = targets.map(({ queue, recipient }) => `${queue} ${recipient}`);
  return {
    name,
    queues: ['incoming', 'command', 'bounce'],
    setUp: () => undefined,
    act: ({ root, disk }) => give(root, disk, targets),
    async check({ root, heard }) {
      const first = held(root);
      assert.equal(new Set(first).size, first.length, 'nobody has it twice');
      for (const one of first) assert(wanted.includes(one));
      if (heard) return assert.equal(first.length, wanted.length, 'who heard yes was lied to');
      // Who has no answer gives it again; who had it then has it twice, as SMTP has it.
      await give(root, realDisk, targets);
      assert.deepEqual(held(root).sort(), [...wanted].sort());
    },
  };
}

const cases: readonly (readonly [string, readonly Target[]])[] = [
  ['one target', [target('incoming', 1)]],
  ['three targets', [target('incoming', 1), target('incoming', 2), target('command', 3)]],
  [
    'three, the first for another queue',
    [target('command', 1), target('bounce', 2), target('incoming', 3)],
  ],
];

for (const [name, targets] of cases) {
  test(`${name}: the giver who heard yes need not keep the message`, async (t) => {
    const runs = await pullEverywhere(bench, store, acceptScene(name, targets));
    t.diagnostic(`${runs} runs`);
  });
}
