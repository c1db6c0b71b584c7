/** Mail comes in for several targets, and whoever gave it heard yes or nothing (I2). */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { type Disk, realDisk } from '../../../src/ground/disk.ts';
import type { QueueName } from '../../../src/model/queues.ts';
import { hear } from '../../../src/spool/arriving.ts';
import { acceptHeard, type Target } from '../../../src/spool/intake.ts';
import { Spool } from '../../../src/spool/spool.ts';
import { claimAll, message, now, queuesOf } from '../office.ts';
import type { Scene } from '../plug.ts';

export function target(queue: QueueName, n: number): Target {
  return { queue, recipient: `list${n}@example.com`, work: { kind: 'mail', via: 'lmtp' } };
}

async function give(root: string, disk: Disk, targets: readonly Target[]): Promise<void> {
  const spool = new Spool(root, disk);
  const heard = await hear(spool, Readable.from([Buffer.from(message)]), 10_000);
  assert(heard.kind === 'heard');
  await acceptHeard(spool, heard, 'anne@example.net', targets, now);
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

/** Gives a message to the spool. */
export function acceptScene(name: string, targets: readonly Target[]): Scene {
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
