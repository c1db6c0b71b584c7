import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { type Disk, namesIn, realDisk } from '../../src/ground/disk.ts';
import { accept, arrive } from '../../src/spool/intake.ts';
import { waitingIn } from '../../src/spool/places.ts';
import { Spool } from '../../src/spool/spool.ts';
import { makeBench, makeSpool } from '../powercut/office.ts';
import { target } from '../powercut/scenes/accept.ts';

/** A disk whose syncs of messages end as they are told to. */
function slowDisk(): { disk: Disk; end(error?: Error): void } {
  let end: (error?: Error) => void = () => undefined;
  const told = new Promise<void>((resolve, reject) => {
    end = (error) => (error ? reject(error) : resolve());
  });
  told.catch(() => undefined);
  const stream: Disk['stream'] = async (path, fill) => {
    await realDisk.stream(path, fill);
    await told;
  };
  return { disk: { ...realDisk, stream }, end };
}

test('nobody sees a message, and nobody hears yes, before the message itself is on disk', async () => {
  using bench = makeBench();
  makeSpool(bench.root, ['incoming', 'command', 'bounce']);
  const { disk, end } = slowDisk();
  const spool = new Spool(bench.root, disk);
  const arrival = await arrive(spool, Readable.from([Buffer.from('A: b\n\nc\n')]), 1000);
  let heard = false;
  const accepted = accept(spool, arrival, null, [target('incoming', 1)], 1).then(() => {
    heard = true;
  });
  // All else that it does is done when its entry.json is there.
  while (!namesIn(arrival.folder.path).includes('entry.json')) await realDisk.syncDir(bench.root);
  // It needs two syncs more than this folder's; here are more than enough of them.
  for (let n = 0; n < 20; n += 1) await realDisk.syncDir(arrival.folder.path);
  assert.equal(heard, false);
  assert.equal([...waitingIn(spool, 'incoming')].length, 0);
  end();
  await accepted;
  assert.equal([...waitingIn(spool, 'incoming')].length, 1);
});

test('a message whose sync fails is not accepted, and nothing of it stays', async () => {
  using bench = makeBench();
  makeSpool(bench.root, ['incoming', 'command', 'bounce']);
  const { disk, end } = slowDisk();
  const spool = new Spool(bench.root, disk);
  const arrival = await arrive(spool, Readable.from([Buffer.from('A: b\n\nc\n')]), 1000);
  const targets = [target('incoming', 1), target('command', 2)];
  end(new Error('no space'));
  await assert.rejects(accept(spool, arrival, null, targets, 1), /no space/);
  for (const queue of ['incoming', 'command']) {
    assert.deepEqual(namesIn(join(bench.root, queue, 'tmp')), []);
  }
  assert.equal([...waitingIn(spool, 'incoming')].length, 0);
});
