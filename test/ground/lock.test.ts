import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { holdLock, isHeld, type Lock } from '../../src/ground/lock.ts';

const holderProgram = join(import.meta.dirname, 'lock-holder.js');

describe('a lock', () => {
  let folder: string;
  let path: string;
  let children: ChildProcess[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'listmill-lock-'));
    path = join(folder, 'x.lock');
    children = [];
  });

  afterEach(async () => {
    for (const child of children) await kill(child);
    rmSync(folder, { recursive: true, force: true });
  });

  function holder(waitMs = 0): { child: ChildProcess; answer: Promise<unknown> } {
    const child = fork(holderProgram, [path, String(waitMs)], { execArgv: [] });
    children.push(child);
    return { child, answer: once(child, 'message').then(([message]) => message) };
  }

  test('is held by one at a time, and free again when released', async () => {
    const lock = mine(await holdLock(path));
    assert.equal(await holdLock(path), 'held');
    assert.equal(await isHeld(path), true);
    lock.release();
    assert.equal(await isHeld(path), false);
    mine(await holdLock(path)).release();
  });

  test('can be on a folder, which stays as it is', async () => {
    const lock = mine(await holdLock(folder));
    assert.equal(await holdLock(folder), 'held');
    writeFileSync(join(folder, 'inside'), '');
    lock.release();
  });

  test('goes to exactly one of many processes that ask at the same instant', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => holder().answer));
    assert.deepEqual(answers.sort(), ['held', 'held', 'held', 'held', 'held', 'mine']);
  });

  test('dies with a holder that is killed, and is not stale afterwards', async () => {
    const { child, answer } = holder();
    assert.equal(await answer, 'mine');
    assert.equal(await holdLock(path), 'held');
    await kill(child);
    mine(await holdLock(path)).release();
  });

  test('is waited for, and got when its holder lets it go', async () => {
    const first = holder();
    assert.equal(await first.answer, 'mine');
    const second = holder(60_000);
    first.child.send('release');
    assert.equal(await second.answer, 'mine');
  });

  test('is not waited for when the waiting is called off', async () => {
    const lock = mine(await holdLock(path));
    const waiting = new AbortController();
    const second = holdLock(path, { waitMs: 60_000, signal: waiting.signal });
    waiting.abort();
    assert.equal(await second, 'held');
    lock.release();
  });

  test('is not fooled by a file that was put in place of the one it held', async () => {
    const lock = mine(await holdLock(path));
    rmSync(path);
    const second = mine(await holdLock(path));
    assert.equal(await holdLock(path), 'held');
    lock.release();
    assert.equal(await holdLock(path), 'held');
    second.release();
  });

  test('is taken again on the file that was put in its place just before it was locked', async () => {
    const { PATH: before = '' } = process.env;
    const once = join(folder, 'once');
    // The program that locks, with a tidy person who comes between our open and its lock.
    const script = `#!/bin/sh
[ -e ${once} ] || { touch ${once}; rm ${path}; touch ${path}; }
PATH='${before}' exec flock "$@"
`;
    writeFileSync(join(folder, 'flock'), script, { mode: 0o755 });
    process.env['PATH'] = `${folder}:${before}`;
    try {
      const lock = mine(await holdLock(path));
      assert.equal(existsSync(once), true);
      assert.equal(await holdLock(path), 'held');
      lock.release();
    } finally {
      process.env['PATH'] = before;
    }
  });

  test('that cannot be made says why', async () => {
    await assert.rejects(holdLock(join(folder, 'absent', 'x.lock')), /ENOENT/);
    symlinkSync('x.lock', path);
    await assert.rejects(holdLock(path), /ELOOP/);
  });
});

function mine(lock: Lock | 'held'): Lock {
  assert.notEqual(lock, 'held');
  assert.ok(typeof lock === 'object');
  return lock;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
