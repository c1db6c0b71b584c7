import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Departures } from '../../src/engine/departures.ts';
import { type Disk, realDisk } from '../../src/ground/disk.ts';
import { until } from './entries.ts';
import { House, noting } from './house.ts';

it('what a worker takes leaves once; what is put back under the same name has come', () => {
  const departures = new Departures();
  departures.expect('taken');
  assert.equal(departures.isOne('other'), false);
  assert.equal(departures.isOne(null), false);
  assert.equal(departures.isOne('taken'), true);
  assert.equal(departures.isOne('taken'), false);
});

it('what the system never told of does not pile up', () => {
  const departures = new Departures();
  for (let n = 0; n < 5000; n += 1) departures.expect(String(n));
  assert.equal(departures.isOne('0'), false);
  assert.equal(departures.isOne('4999'), true);
});

it('what a worker hears of an entry that it has taken itself makes it try nothing again', async () => {
  const claims: string[] = [];
  const counting: Disk = {
    ...realDisk,
    rename(from, to) {
      if (to.includes('/claimed/')) claims.push(from);
      realDisk.rename(from, to);
    },
  };
  using house = new House(counting);
  const seen: string[] = [];
  await using running = await house.start(noting(seen));
  await until('it is idle', () => running.worker.report.state === 'idle');
  for (let n = 0; n < 20; n += 1) {
    await house.put(`e${n}`);
    await until('it is done', () => seen.length === n + 1 && house.left().length === 0);
  }
  // One that a look at the folder found before it was told of may be tried once more.
  assert.ok(claims.length <= 30, `${claims.length} claims were tried`);
});
