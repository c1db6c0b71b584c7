/** Letters are taken out of their bundle once and once only, whatever ends those who do it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parkedIn, waitingIn } from '../../src/spool/places.ts';
import { startWorker, stopWorker, until } from '../engine/entries.ts';
import { giveTogether } from '../engine/together.ts';
import { cutsOf } from '../powercut/cut-disk.ts';
import { openBench } from '../powercut/office.ts';
import { play, pullEverywhere } from '../powercut/plug.ts';
import { unbundleScene } from '../powercut/scenes/bundle.ts';
import { recoveryScene } from '../powercut/scenes/recovery.ts';
import { makeList, makeSite } from '../site.ts';

const { bench, store } = await openBench();

test('the power may go off at any operation', async (t) => {
  t.diagnostic(`${await pullEverywhere(bench, store, unbundleScene)} runs`);
});

test('also where the recovery is itself cut off, each letter is there once', async (t) => {
  const operations = await play(bench, store, unbundleScene, undefined, 'all', 1);
  let runs = 0;
  for (const cut of cutsOf(operations)) {
    // Around the commit and what follows it there is something to recover.
    if (cut.moment !== 'after' || cut.at < operations.length - 8) continue;
    runs += await pullEverywhere(bench, store, recoveryScene(unbundleScene, store, cut, 'synced'));
  }
  t.diagnostic(`${runs} runs`);
});

test('each letter of a bundle is worked by itself: what is no message is parked alone', async () => {
  await using site = await makeSite();
  await makeList(site, 'cats@example.com', 1, { nonmemberAction: 'accept' });
  const { spool, ids } = await giveTogether(join(site.root, 'spool'));
  const worker = startWorker(site, 'incoming');
  await until('two went on', () => [...waitingIn(spool, 'pipeline')].length === 2);
  await until('one is parked', () => [...parkedIn(spool, 'bad')].length === 1);
  await stopWorker(worker);
  const [bad] = parkedIn(spool, 'bad');
  assert.equal(bad?.id, ids[1]);
  assert.deepEqual(
    [...waitingIn(spool, 'pipeline')].map(({ id }) => id).sort(),
    [`${ids[0]}-p`, `${ids[2]}-p`].sort(),
  );
  assert.deepEqual([...waitingIn(spool, 'incoming')], []);
});
