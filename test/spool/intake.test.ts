import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { type Disk, namesIn, realDisk } from '../../src/ground/disk.ts';
import { hear } from '../../src/spool/arriving.ts';
import { accept, acceptHeard, arrive } from '../../src/spool/intake.ts';
import { metaFile } from '../../src/spool/layout.ts';
import { waitingIn } from '../../src/spool/places.ts';
import { Spool } from '../../src/spool/spool.ts';
import { claimAll, makeBench, makeSpool } from '../powercut/office.ts';
import { target } from '../powercut/scenes/accept.ts';

/** A disk whose syncs of messages end as they are told to. */
function slowDisk(): { disk: Disk; end(error?: Error): void } {
  let end: (error?: Error) => void = () => undefined;
  const told = new Promise<void>((resolve, reject) => {
    end = (error) => (error ? reject(error) : resolve());
  });
  told.catch(() => undefined);
  const openAside: Disk['openAside'] = async (path) => {
    const file = await realDisk.openAside(path);
    if (!path.endsWith('message.eml')) return file;
    return { ...file, sync: () => file.sync().then(() => told) };
  };
  const stream: Disk['stream'] = async (path, fill) => {
    await realDisk.stream(path, fill);
    await told;
  };
  return { disk: { ...realDisk, openAside, stream }, end };
}

/** Small ones are written when they are whole, others while they come. */
const messages = [
  ['small', Buffer.from('A: b\n\nc\n')],
  ['large', Buffer.from(`A: b\n\n${'c\n'.repeat(50_000)}`)],
] as const;

for (const [kind, bytes] of messages) {
  test(`nobody sees a ${kind} message, and nobody hears yes, before it is on disk`, async () => {
    using bench = makeBench();
    makeSpool(bench.root, ['incoming', 'command', 'bounce']);
    const { disk, end } = slowDisk();
    const spool = new Spool(bench.root, disk);
    const arrival = await arrive(spool, Readable.from([bytes]), 200_000);
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
}

for (const [kind, bytes] of messages) {
  test(`a ${kind} message whose sync fails is not accepted, and nothing of it stays`, async () => {
    using bench = makeBench();
    makeSpool(bench.root, ['incoming', 'command', 'bounce']);
    const { disk, end } = slowDisk();
    const spool = new Spool(bench.root, disk);
    const arrival = await arrive(spool, Readable.from([bytes]), 200_000);
    const targets = [target('incoming', 1), target('command', 2)];
    end(new Error('no space'));
    await assert.rejects(accept(spool, arrival, null, targets, 1), /no space/);
    for (const queue of ['incoming', 'command']) {
      assert.deepEqual(namesIn(join(bench.root, queue, 'tmp')), []);
    }
    assert.equal([...waitingIn(spool, 'incoming')].length, 0);
  });
}

/** As LMTP does it. */
async function give(spool: Spool, bytes: Buffer, n: number) {
  const heard = await hear(spool, Readable.from([bytes]), 1000);
  assert(heard.kind === 'heard');
  return await acceptHeard(spool, heard, null, [target('incoming', n)], 1);
}

test('what arrives together shares its metadata file, and each has its own line', async () => {
  using bench = makeBench();
  makeSpool(bench.root, ['incoming']);
  const spool = new Spool(bench.root);
  const ids = await Promise.all(
    Array.from({ length: 5 }, async (_, n) => {
      return await give(spool, Buffer.from(`A: ${n}\n\n`), n);
    }),
  );
  const claims = claimAll(spool, 'incoming');
  assert.deepEqual(claims.map(({ meta }) => meta.id).sort(), ids.flat().sort());
  for (const { meta, message } of claims) {
    assert.equal(meta.recipient, `list${readFileSync(message, 'latin1')[3]}@example.com`);
  }
  assert.equal(new Set(claims.map(({ folder }) => statSync(join(folder, metaFile)).ino)).size, 1);
});

test('the message that cannot be synced is alone in that: those beside it are accepted', async () => {
  using bench = makeBench();
  makeSpool(bench.root, ['incoming']);
  const openAside: Disk['openAside'] = async (path) => {
    const file = await realDisk.openAside(path);
    const isBad = path.endsWith('message.eml') && opened++ === 0;
    return isBad ? { ...file, sync: () => Promise.reject(new Error('bad sector')) } : file;
  };
  let opened = 0;
  const spool = new Spool(bench.root, { ...realDisk, openAside });
  const ends = await Promise.allSettled(
    Array.from({ length: 3 }, async (_, n) => {
      return await give(spool, Buffer.from('A: b\n\n'), n);
    }),
  );
  assert.deepEqual(ends.map(({ status }) => status).sort(), ['fulfilled', 'fulfilled', 'rejected']);
  assert.equal(claimAll(spool, 'incoming').length, 2);
  assert.deepEqual(namesIn(join(bench.root, 'incoming', 'tmp')), []);
});

test('a file that is closed twice does not close the one that has its number by then', () => {
  using bench = makeBench();
  const file = realDisk.open(join(bench.root, 'one'));
  file.close();
  const next = realDisk.open(join(bench.root, 'two'));
  file.close();
  next.write(Buffer.from('kept'), 0);
  next.close();
  assert.equal(readFileSync(join(bench.root, 'two'), 'utf8'), 'kept');
});
