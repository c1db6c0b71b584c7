/** A real worker whose master dies before it has begun. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { workerProgram } from '../../src/engine/programs.ts';
import { holdLock } from '../../src/ground/lock.ts';
import { spoolPaths } from '../../src/spool/layout.ts';
import { makeSite } from '../site.ts';

test('a worker that lost its master while it waited for its slot does not stay', async () => {
  await using site = await makeSite('lmtp.listen = []\n');
  const folder = spoolPaths(site.open().paths.spool).claimed('virgin', 'virgin-1');
  mkdirSync(folder, { recursive: true });
  const lock = await holdLock(folder);
  assert.ok(lock !== 'held');
  const child = fork(workerProgram, [site.root, 'virgin', '1'], { execArgv: [] });
  const ended = once(child, 'exit');
  await once(child, 'spawn');
  child.disconnect();
  lock.release();
  assert.deepEqual(await ended, [0, null]);
});
