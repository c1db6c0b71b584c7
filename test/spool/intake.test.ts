import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { type Disk, namesIn, realDisk } from '../../src/ground/disk.ts';
import { childId, lettersIn, maxBundled } from '../../src/model/ids.ts';
import { hear } from '../../src/spool/arriving.ts';
import { accept, acceptHeard, arrive, type Target } from '../../src/spool/intake.ts';
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
async function give(
  spool: Spool,
  bytes: Buffer,
  n: number,
  targets: readonly Target[] = [target('incoming', n)],
) {
  const heard = await hear(spool, Readable.from([bytes]), 1000);
  assert(heard.kind === 'heard');
  return await acceptHeard(spool, heard, null, targets, 1);
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, n) => n);
}

test('what arrives together for one queue is one entry, a bundle; others are not in it', async () => {
  using bench = makeBench();
  makeSpool(bench.root, ['incoming', 'command']);
  const spool = new Spool(bench.root);
  const more: readonly Target[][] = [
    [target('command', 5)],
    [target('incoming', 6), target('command', 6)],
    [{ ...target('incoming', 7), due: 9 }],
  ];
  const ids = await Promise.all([
    ...numbers(3).map((n) => give(spool, Buffer.from(`A: ${n}\n\n`), n)),
    ...more.map((targets) => give(spool, Buffer.from('A: b\n\n'), 0, targets)),
  ]);
  const [bundle, ...others] = claimAll(spool, 'incoming').sort((a, b) =>
    a.meta.id < b.meta.id ? -1 : 1,
  );
  assert(bundle?.meta.work.kind === 'bundle');
  assert.equal(lettersIn(bundle.meta.id), 3);
  assert.deepEqual(
    ids.slice(0, 3).flat(),
    numbers(3).map((n) => childId(bundle.meta.id, String(n))),
  );
  assert.deepEqual(
    bundle.meta.work.letters.map(({ recipient }) => recipient),
    numbers(3).map((n) => `list${n}@example.com`),
  );
  assert.equal(readFileSync(bundle.message, 'latin1'), 'A: 0\n\nA: 1\n\nA: 2\n\n');
  assert.equal(others.length, 2);
  assert.equal(claimAll(spool, 'command').length, 2);
});

test('no bundle has more letters than its id can say and its step should read', async () => {
  using bench = makeBench();
  makeSpool(bench.root, ['incoming']);
  const spool = new Spool(bench.root);
  const count = 2 * maxBundled + 1;
  await Promise.all(numbers(count).map((n) => give(spool, Buffer.from('A: b\n\n'), n)));
  const sizes = claimAll(spool, 'incoming').map(({ meta }) => lettersIn(meta.id));
  assert.deepEqual(sizes.sort(), [1, maxBundled, maxBundled]);
});

test('what one of them cannot be given, none of a bundle is, and nothing of it stays', async () => {
  using bench = makeBench();
  makeSpool(bench.root, ['incoming']);
  const openAside: Disk['openAside'] = async (path) => {
    const file = await realDisk.openAside(path);
    return { ...file, sync: () => Promise.reject(new Error('bad sector')) };
  };
  const spool = new Spool(bench.root, { ...realDisk, openAside });
  const ends = await Promise.allSettled(
    numbers(3).map((n) => give(spool, Buffer.from('A: b\n\n'), n)),
  );
  assert(ends.every(({ status }) => status === 'rejected'));
  assert.deepEqual(namesIn(join(bench.root, 'incoming', 'tmp')), []);
  assert.equal(claimAll(spool, 'incoming').length, 0);
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
