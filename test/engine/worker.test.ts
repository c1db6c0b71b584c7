import assert from 'node:assert/strict';
import fs, { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Disk, namesIn, realDisk } from '../../src/ground/disk.ts';
import { TransientError } from '../../src/ground/errors.ts';
import { finish } from '../../src/model/outcome.ts';
import { readWhy } from '../../src/spool/parked.ts';
import { until } from './entries.ts';
import { House, noting, workerName } from './house.ts';

/** A disk that refuses some renames. */
function refusing(code: string, refuses: (from: string) => boolean): Disk {
  return {
    ...realDisk,
    rename(from, to) {
      if (refuses(from)) throw Object.assign(new Error(`${code}: refused`), { code });
      realDisk.rename(from, to);
    },
  };
}

test('what comes while it sleeps is found at once, by notification', async () => {
  using house = new House();
  const seen: string[] = [];
  await using running = await house.start(noting(seen));
  await until('it is idle', () => running.worker.report.state === 'idle');
  await house.put('e1');
  await until('it is done', () => seen.length === 1 && house.left().length === 0);
});

test('without notification the poll finds it', async () => {
  using house = new House();
  const { watch } = fs;
  fs.watch = () => {
    throw Object.assign(new Error('no space left for watches'), { code: 'ENOSPC' });
  };
  syncBuiltinESMExports();
  try {
    const seen: string[] = [];
    await using _running = await house.start(noting(seen), { pollMs: 20 });
    await house.put('e1');
    await until('it is done', () => seen.length === 1 && house.left().length === 0);
  } finally {
    fs.watch = watch;
    syncBuiltinESMExports();
  }
});

test('a suspect gets its turn in a queue that is never empty, and is alone then', async () => {
  using house = new House();
  await house.put('suspect', { tries: 1, due: 1 });
  for (let n = 0; n < 8; n += 1) await house.put(`e${n}`);
  let fresh = 8;
  let inHand = 0;
  let beside: number | undefined;
  await using _running = await house.start(async ({ meta }) => {
    inHand += 1;
    if (meta.id === 'suspect') beside = inHand - 1;
    else await house.put(`e${fresh++}`);
    await new Promise((resolve) => setImmediate(resolve));
    inHand -= 1;
    return { fate: finish };
  });
  await until('the suspect is done', () => beside !== undefined);
  assert.equal(beside, 0);
});

test('fresh entries get their turn in a row of suspects', async () => {
  using house = new House();
  for (let n = 0; n < 20; n += 1) await house.put(`s${n}`, { tries: 1, due: 1 });
  await house.put('fresh');
  const seen: string[] = [];
  await using _running = await house.start(noting(seen));
  await until('all are done', () => seen.length === 21);
  assert(seen.indexOf('fresh') < 20, seen.join(' '));
});

test('after trouble it tries again when its wait is over, one entry first', async () => {
  using house = new House();
  for (let n = 0; n < 6; n += 1) await house.put(`e${n}`);
  let ready = false;
  let atOnce = 0;
  const first: number[] = [];
  await using running = await house.start(async () => {
    atOnce += 1;
    await new Promise((resolve) => setImmediate(resolve));
    first.push(atOnce);
    atOnce -= 1;
    if (!ready) throw new TransientError('the MTA is down');
    return { fate: finish };
  });
  await until('it waits', () => running.worker.report.state === 'waiting');
  assert.equal(running.worker.report.why, 'the MTA is down');
  assert.equal(house.left().length, 6);
  for (const name of house.left()) assert.match(name, /\.0$/, 'trouble of the world counts no try');
  ready = true;
  first.length = 0;
  await until('all are done', () => house.left().length === 0);
  assert.equal(first[0], 1);
  assert.equal(running.worker.report.why, undefined);
});

test('a clock that goes back makes no wait longer than the longest', async () => {
  using house = new House();
  let clock = Date.now();
  await house.put('e1', { due: clock });
  let tries = 0;
  const step = async () => {
    tries += 1;
    if (tries === 1) throw new TransientError('not yet');
    return { fate: finish };
  };
  await using running = await house.start(step, { now: () => clock });
  const look = async () => {
    running.worker.pause(false);
    for (let n = 0; n < 10; n += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  await until('it waits', () => running.worker.report.state === 'waiting');
  clock -= 86_400_000;
  await look();
  assert.equal(running.worker.report.state, 'waiting');
  clock += 60_000;
  await look();
  await until('it is done', () => house.left().length === 0);
});

test('a step that fails shunts its letter, with the reason, and the others go on', async () => {
  using house = new House();
  for (const id of ['e1', 'e2', 'e3']) await house.put(id);
  await using _running = await house.start(({ meta }) => {
    // As a step would that is no async function.
    if (meta.id === 'e2') throw new Error('cannot read this');
    return Promise.resolve({ fate: finish });
  });
  await until('all are done', () => house.left().length === 0);
  assert.deepEqual(house.parked('shunt'), ['e2']);
  const why = readWhy(join(house.spool.paths.parking('shunt', 'incoming'), 'e2'));
  assert.deepEqual(why?.reasons, ['incoming: cannot read this']);
});

test('what is no entry is parked as bad, whole, and the others go on', async () => {
  using house = new House();
  for (const id of ['e1', 'e2', 'e3', 'e4', 'e5']) await house.put(id);
  const folderOf = (id: string) => {
    const folder = house.spool.paths.new('incoming', 5);
    return join(folder, namesIn(folder).find((name) => name.includes(`.${id}.`)) ?? '');
  };
  writeFileSync(join(folderOf('e1'), 'entry.json'), '{"version":1,');
  truncateSync(join(folderOf('e2'), 'message.eml'), 10);
  rmSync(join(folderOf('e3'), 'message.eml'));
  rmSync(join(folderOf('e4'), 'entry.json'));
  const seen: string[] = [];
  await using _running = await house.start(noting(seen));
  await until('all are done', () => house.left().length === 0);
  assert.deepEqual(seen, ['e5']);
  assert.deepEqual(house.parked('bad'), ['e1', 'e2', 'e3', 'e4']);
  const reasons = house
    .parked('bad')
    .map((id) => readWhy(join(house.spool.paths.parking('bad', 'incoming'), id))?.reasons[0]);
  assert.match(reasons[0] ?? '', /entry\.json is not JSON/);
  assert.match(reasons[1] ?? '', /message\.eml has 10 bytes, not \d+/);
  assert.match(reasons[2] ?? '', /message\.eml is missing/);
  assert.match(reasons[3] ?? '', /entry\.json is missing/);
});

test('when nothing can be taken it waits, and goes on when the cause is gone', async () => {
  let full = true;
  using house = new House(refusing('ENOSPC', (from) => full && from.includes('/new/')));
  for (const id of ['e1', 'e2']) await house.put(id);
  const seen: string[] = [];
  await using running = await house.start(noting(seen));
  await until('it waits', () => running.worker.report.state === 'waiting');
  assert.match(running.worker.report.why ?? '', /cannot take entries of incoming: ENOSPC/);
  assert.equal(house.left().length, 2);
  full = false;
  await until('all are done', () => seen.length === 2 && house.left().length === 0);
});

test('one that cannot be taken stops nobody, and is taken when a person has seen to it', async () => {
  let closed = true;
  using house = new House(refusing('EACCES', (from) => closed && from.includes('.e1.')));
  for (let n = 1; n <= 12; n += 1) await house.put(`e${n}`, { due: n });
  const seen: string[] = [];
  await using _running = await house.start(noting(seen), { pollMs: 50 });
  await until('the others are done', () => house.left().length === 1);
  assert.equal(seen.length, 11);
  closed = false;
  await until('all are done', () => seen.length === 12 && house.left().length === 0);
});

test('a worker whose folder of claims is gone ends: it would not be alone in a new one', async () => {
  using house = new House();
  const running = await house.start(noting([]), { pollMs: 20 });
  rmSync(house.spool.paths.claimed('incoming', workerName), { recursive: true });
  await assert.rejects(running.ended, /the spool folder .*incoming-1 is gone/);
});

test('a worker whose queue is gone ends', async () => {
  using house = new House();
  const running = await house.start(noting([]), { pollMs: 20 });
  rmSync(house.spool.paths.new('incoming', 5), { recursive: true });
  await assert.rejects(running.ended, /the spool folder .* is gone/);
});

test('a worker that drains ends what it has in hand, and takes nothing more', async () => {
  using house = new House();
  for (let n = 0; n < 10; n += 1) await house.put(`e${n}`);
  let open: (() => void) | undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const running = await house.start(async () => {
    await opened;
    return { fate: finish };
  });
  await until('its hand is full', () => running.worker.report.state === 'working');
  running.worker.drain();
  assert.equal(running.worker.report.current !== undefined, true);
  open?.();
  await running.ended;
  assert.equal(house.left().length, 6);
  assert.deepEqual(namesIn(house.spool.paths.claimed('incoming', workerName)), []);
  const left = namesIn(house.spool.paths.tmp('incoming'));
  assert(left.every((name) => name.endsWith('.spare')));
});

test('a paused worker takes nothing until it is resumed', async () => {
  using house = new House();
  const seen: string[] = [];
  await using running = await house.start(noting(seen));
  running.worker.pause(true);
  await until('it is paused', () => running.worker.report.state === 'paused');
  await house.put('e1');
  running.worker.pause(false);
  await until('it is done', () => seen.length === 1);
});
