/** What is left in the spool for all who bring mail: the limits of the door, and the time. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bundleId } from '../../src/model/ids.ts';
import { leaveLimits } from '../../src/spool/door-limits.ts';
import { Spool } from '../../src/spool/spool.ts';
import { InjectSpool, inject, shells } from './injecting.ts';

const generous = { messageBytes: 1_000_000, freeBytes: 1, queueDepth: 1000 };

async function limited(limits: Partial<typeof generous>): Promise<InjectSpool> {
  const spool = new InjectSpool();
  await leaveLimits(new Spool(spool.folder), { ...generous, ...limits });
  return spool;
}

for (const shell of shells) {
  test(`${shell.name}: a message of just the size is taken, one byte more is refused for good`, async () => {
    using spool = await limited({ messageBytes: 200_000 });
    const fits = await inject([...spool.args, 'a@x.example'], {
      shell,
      input: 'x'.repeat(200_000),
    });
    assert.equal(fits.code, 0, fits.output);
    assert.equal(spool.single().bytes.length, 200_000);
    const input = 'x'.repeat(200_001);
    const { code, output } = await inject([...spool.args, 'b@x.example'], { shell, input });
    assert.equal(code, 65);
    assert.match(output, /larger than 200000 bytes \(limits\.messageBytes\)/);
    assert.equal(spool.taken().length, 1);
    assert.deepEqual(spool.leftovers, []);
  });

  test(`${shell.name}: a full queue and a full disk are 75`, async () => {
    using deep = await limited({ queueDepth: 2 });
    for (const n of [1, 2, 3]) mkdirSync(join(deep.folder, 'incoming', 'new', '5', `x${n}`));
    const queue = await inject([...deep.args, 'a@x.example'], { shell });
    assert.equal(queue.code, 75);
    assert.match(queue.output, /more than 2 entries wait .*\(limits\.queueDepth\)/);
    // Letters count, not bundles of them.
    const bundles = [
      [9, 0],
      [10, 75],
    ] as const;
    for (const [letters, code] of bundles) {
      using spool = await limited({ queueDepth: 10 });
      const names = [`${then}.${bundleId(letters, '0'.repeat(16))}.0`, `${then}.i1.0`];
      for (const name of names) mkdirSync(join(spool.folder, 'incoming', 'new', '5', name));
      assert.equal((await inject([...spool.args, 'a@x.example'], { shell })).code, code);
    }
    assert.deepEqual(deep.leftovers, []);
    using full = await limited({ freeBytes: 2 ** 49 });
    const disk = await inject([...full.args, 'a@x.example'], { shell });
    assert.equal(disk.code, 75);
    assert.match(disk.output, /KiB left \(limits\.freeBytes/);
    full.assertEmpty();
  });
}

const then = 1_700_000_000_000;

/** What another left in the spool who asked for the time when the machine had been up so long. */
function leaveClock(spool: InjectSpool, secondsAgo: number): void {
  const [up = ''] = readFileSync('/proc/uptime', 'utf8').split(' ');
  const hundredths = Math.round((Number(up) - secondsAgo) * 100);
  writeFileSync(join(spool.folder, 'clock'), `1${String(hundredths).padStart(3, '0')} ${then}\n`);
}

for (const shell of shells) {
  test(`${shell.name}: who comes within a second of another has the time from him`, async () => {
    // On a machine that is busy it may take longer than that to come.
    for (let received = 0; received < then || received >= then + 1000; ) {
      using spool = new InjectSpool();
      leaveClock(spool, 0);
      await inject([...spool.args, 'a@x.example'], { shell });
      received = spool.single().meta.received;
    }
  });

  test(`${shell.name}: a clock that is old, of another life, or damaged is not believed`, async () => {
    const marks = [
      (spool: InjectSpool) => leaveClock(spool, 2),
      (spool: InjectSpool) => leaveClock(spool, -100),
      (spool: InjectSpool) => writeFileSync(join(spool.folder, 'clock'), `1 ${then}`),
      (spool: InjectSpool) => writeFileSync(join(spool.folder, 'clock'), '\0\0 x;y\n'),
    ];
    for (const leave of marks) {
      using spool = new InjectSpool();
      leave(spool);
      const { code, output } = await inject([...spool.args, 'a@x.example'], { shell });
      assert.equal(code, 0, output);
      assert.ok(spool.single().meta.received > then + 1_000_000);
    }
  });
}

test('limits that say nothing limit nothing', async () => {
  using spool = new InjectSpool();
  writeFileSync(
    join(spool.folder, 'limits'),
    'messageBytes x\nfreeBytes\nqueueDepth -1\nother 1\n',
  );
  const { code, output } = await inject([...spool.args, 'a@x.example'], { input: 'hello' });
  assert.equal(code, 0, output);
});
