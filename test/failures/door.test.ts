/** The house has no room, or something is left over from a crash: what the door says. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startLmtp } from '../../src/engine/lmtp.ts';
import { bundleId } from '../../src/model/ids.ts';
import { waitingName } from '../../src/spool/layout.ts';
import { putEntry, until } from '../engine/entries.ts';
import { makeList, makeSite } from '../site.ts';
import { giveLmtp } from './lmtp-client.ts';

const counts = { now: Date.now, accepted: () => undefined };
const where = 'unix:run/lmtp.sock';
const message = 'Subject: x\r\n\r\nhi';

async function saidBy(toml: string, waiting: number, bundled = 0): Promise<string> {
  await using made = await makeSite(toml);
  await makeList(made, 'cats@example.com', 1);
  const site = made.open();
  for (let n = 0; n < waiting; n += 1) await putEntry(site.paths.spool);
  if (bundled > 0) {
    const name = waitingName({ due: 1, id: bundleId(bundled, '0'.repeat(16)), tries: 0 });
    mkdirSync(join(site.spool.paths.new('incoming', 5), name));
  }
  const server = await startLmtp(site, where, counts);
  const [reply = ''] = await giveLmtp(
    join(site.paths.run, 'lmtp.sock'),
    ['cats@example.com'],
    message,
  );
  await server.close();
  await site.close();
  return reply;
}

test('too little room on the disk is "later", with the limit that says so', async () => {
  const reply = await saidBy('limits.freeBytes = 1_000_000_000_000_000\n', 0);
  assert.match(reply, /^451 .*limits\.freeBytes/);
});

test('a queue that is too deep is "later", with the limit that says so', async () => {
  assert.match(await saidBy('limits.queueDepth = 3\n', 4), /^451 .*limits\.queueDepth/);
  assert.match(await saidBy('limits.queueDepth = 3\n', 3), /^250/);
  assert.match(await saidBy('limits.queueDepth = 20\n', 5, 15), /^250/);
  assert.match(await saidBy('limits.queueDepth = 20\n', 5, 16), /^451 .*limits\.queueDepth/);
});

test('a socket that nobody listens at any more is replaced, one that is used is not', async () => {
  await using made = await makeSite('');
  const site = made.open();
  const path = join(site.paths.run, 'lmtp.sock');
  const program = `require('node:net').createServer().listen(${JSON.stringify(path)})`;
  const other = spawn(process.execPath, ['-e', program]);
  await until('it listens', () => existsSync(path));
  await assert.rejects(startLmtp(site, where, counts), /another process listens at/);
  other.kill('SIGKILL');
  await once(other, 'exit');
  assert(existsSync(path));
  const server = await startLmtp(site, where, counts);
  await server.close();
  await site.close();
});
