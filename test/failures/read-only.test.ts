/** The disk is write-protected: a clear word, nothing lost, and on when it can be written again. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startLmtp } from '../../src/engine/lmtp.ts';
import { openStore } from '../../src/store/store.ts';
import { until } from '../engine/entries.ts';
import { House, noting } from '../engine/house.ts';
import { makeList, makeSite } from '../site.ts';
import { giveLmtp } from './lmtp-client.ts';
import { mountSmall, noSmallDisk } from './small-disk.ts';

test('a worker waits while its spool cannot be written, and goes on', {
  skip: noSmallDisk,
}, async () => {
  using disk = mountSmall(2048);
  using house = new House(undefined, disk.path);
  const seen: string[] = [];
  const running = await house.start(noting(seen));
  running.worker.pause(true);
  await until('it is paused', () => running.worker.report.state === 'paused');
  for (let n = 0; n < 5; n += 1) await house.put(`e${n}`);
  disk.readonly(true);
  running.worker.pause(false);
  await until('it waits', () => running.worker.report.state === 'waiting');
  assert.match(running.worker.report.why ?? '', /cannot take entries of incoming: EROFS/);
  assert.deepEqual(seen, []);
  disk.readonly(false);
  await until('all are done', () => house.left().length === 0);
  assert.equal(seen.length, 5);
  running.worker.drain();
  await running.ended;
});

test('the door says "later" while the spool cannot be written', { skip: noSmallDisk }, async () => {
  using disk = mountSmall(2048);
  await using made = await makeSite(`spool = "${disk.path}"\nlimits.freeBytes = 0\n`);
  await makeList(made, 'cats@example.com', 1);
  const site = made.open();
  const counts = { now: Date.now, accepted: () => undefined };
  const server = await startLmtp(site, 'unix:run/lmtp.sock', counts);
  const give = () =>
    giveLmtp(join(site.paths.run, 'lmtp.sock'), ['cats@example.com'], 'Subject: x\r\n\r\nhi');
  disk.readonly(true);
  assert.match((await give())[0] ?? '', /^451 .*EROFS/);
  disk.readonly(false);
  assert.match((await give())[0] ?? '', /^250/);
  await server.close();
  await site.close();
});

test('a database that cannot be written says so', { skip: noSmallDisk }, async () => {
  using disk = mountSmall(4096);
  const folder = join(disk.path, 'var');
  mkdirSync(folder);
  const path = join(folder, 'listmill.db');
  (await openStore(path, { create: true, now: Date.now })).close();
  disk.readonly(true);
  const open = async () => {
    await using store = await openStore(path, { now: Date.now });
    await store.as('test').addDomain('example.com');
  };
  await assert.rejects(open, /listmill\.db cannot be (written|opened): check its/);
  disk.readonly(false);
  await open();
});
