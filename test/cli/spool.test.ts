import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { holdLock } from '../../src/ground/lock.ts';
import { allPlaces, claimedIn, waitingIn } from '../../src/spool/places.ts';
import { Spool } from '../../src/spool/spool.ts';
import { command } from '../bin/injecting.ts';
import { putEntry, startWorker, stopWorker, until } from '../engine/entries.ts';
import { makeList, makeSite, type TestSite } from '../site.ts';
import { say } from './said.ts';
import { waiting, wrongs } from './wrongs.ts';

type Row = { kind: string; path: string; text: string; mended: string | null };

async function check(site: TestSite, ...options: string[]): Promise<{ code: number; rows: Row[] }> {
  const { code, out, err } = await say(site, 'spool', 'check', '--json', ...options);
  assert.equal(err, '');
  return { code, rows: JSON.parse(out) };
}

for (const { name, kind, options = [], mends = true, make, laterMs = 0, after } of wrongs) {
  test(name, async (t) => {
    await using site = await makeSite();
    const spool = new Spool(join(site.root, 'spool'));
    assert.deepEqual(await check(site), { code: 0, rows: [] });
    await make(spool);
    if (laterMs > 0) t.mock.timers.enable({ apis: ['Date'], now: Date.now() + laterMs });
    const found = await check(site, ...options);
    assert.equal(found.code, 1);
    assert.deepEqual(
      found.rows.map((row) => [row.kind, row.mended]),
      [[kind, null]],
    );
    const mended = await check(site, ...options, '--repair');
    assert.equal(mended.code, mends ? 0 : 1);
    assert.deepEqual(
      mended.rows.map((row) => [row.kind, row.mended !== null]),
      [[kind, mends]],
    );
    after(spool);
    if (mends) assert.deepEqual(await check(site, '--deep'), { code: 0, rows: [] });
  });
}

test('nothing is found of what the pipe command keeps, nor of a folder that was just let go', async () => {
  await using site = await makeSite();
  const root = join(site.root, 'spool');
  const input = 'From: ann@example.net\n\nHerring.\n';
  const args = ['--spool', root, '-f', 'ann@example.net', 'cats@example.com'];
  for (let n = 0; n < 2; n += 1) assert.equal(spawnSync(command, args, { input }).status, 0);
  assert(existsSync(join(root, 'clock')));
  const gone = join(root, 'virgin/tmp/i1.gone');
  mkdirSync(gone);
  utimesSync(gone, 1000, 1000);
  assert.deepEqual(await check(site), { code: 0, rows: [] });
});

test('little room is told with the limit', async () => {
  await using site = await makeSite('[limits]\nfreeBytes = 9000000000000000\n');
  const { code, rows } = await check(site, '--repair');
  assert.equal(code, 1);
  assert.match(rows[0]?.text ?? '', /limits\.freeBytes/);
});

test('claims of a worker that runs are no finding', async () => {
  await using site = await makeSite();
  const spool = new Spool(join(site.root, 'spool'));
  const { name } = await waiting(spool);
  await spool.ensureWorker('incoming', 'incoming-1');
  spool.claim('incoming', 'incoming-1', name);
  const lock = await holdLock(spool.paths.claimed('incoming', 'incoming-1'));
  assert.deepEqual(await check(site, '--repair'), { code: 0, rows: [] });
  assert.equal([...claimedIn(spool, 'incoming')].length, 1);
  if (lock !== 'held') lock.release();
});

test('checked and mended over and over beside workers at full speed, nothing is found or lost', async () => {
  await using site = await makeSite();
  const root = join(site.root, 'spool');
  await makeList(site, 'cats@example.com', 1);
  for (let n = 0; n < 120; n += 1) await putEntry(root);
  const workers = ['incoming', 'pipeline'].map((runner) => startWorker(site, runner));
  const spool = new Spool(root);
  await until('work has begun', () => [...waitingIn(spool, 'outgoing')].length > 0);
  let rounds = 0;
  while ([...waitingIn(spool, 'outgoing')].length < 120) {
    const { rows } = await check(site, '--repair', '--deep');
    assert.deepEqual(rows, []);
    rounds += 1;
    assert.ok(rounds < 500);
  }
  await Promise.all(workers.map(stopWorker));
  assert.equal([...waitingIn(spool, 'archive')].length, 120);
  assert.equal([...allPlaces(spool)].length, 240);
});

test('a spool that is not there is told, with what to do', async () => {
  await using site = await makeSite();
  renameSync(join(site.root, 'spool'), join(site.root, 'elsewhere'));
  const { code, err } = await say(site, 'spool', 'check');
  assert.equal(code, 66);
  assert.match(err, /mount it, or make it/);
});
