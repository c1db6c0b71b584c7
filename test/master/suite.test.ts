/** Real masters, real workers (that only pretend to work), real signals. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { describe, test } from 'node:test';
import { SuiteSite, until } from './suite-site.ts';

const one = { runners: { incoming: {} } };
const two = { runners: { incoming: {}, pipeline: {} } };

describe('a suite', { concurrency: 2 }, () => {
  test('comes up, says so, and ends in order on SIGTERM', async () => {
    await using site = new SuiteSite(two);
    const { child, birth, end } = site.launch();
    assert.deepEqual(await birth, { ok: true, running: true, code: 0, text: '2 workers' });
    assert.equal(Number(readFileSync(`${site.paths.run}/master.pid`, 'utf8')), child.pid);
    assert.equal(statSync(`${site.paths.run}/control.sock`).mode & 0o777, 0o660);
    child.kill('SIGTERM');
    assert.deepEqual(await end, { code: 0, signal: null });
    assert.deepEqual(site.lives('incoming-1'), ['born', 'holds', 'drains']);
    assert.equal(existsSync(`${site.paths.run}/master.pid`), false);
    assert.equal(await site.ask({ verb: 'status' }), 'down');
  });

  test('ends by "stop" too, and the one who asked sees it end', async () => {
    await using site = new SuiteSite(two);
    const { end } = await site.started();
    const remarks: string[] = [];
    assert.equal(await site.ask({ verb: 'stop', names: [] }, (text) => remarks.push(text)), 'gone');
    assert.match(remarks.join(), /waiting for pipeline-1 \(pid \d+\), incoming-1/);
    assert.equal((await end).code, 0);
  });

  test('kills a worker that does not go within its grace', async () => {
    await using site = new SuiteSite({ ...one, behaviour: { 'incoming-1': ['stubborn'] } });
    const { child, end } = await site.started();
    child.kill('SIGINT');
    assert.equal((await end).code, 0);
    assert.deepEqual(site.lives('incoming-1'), ['born', 'holds', 'drains', 'SIGTERM']);
    assert.match(site.log, /after it was asked to go: SIGKILL/);
  });

  test('ends at once when it is told twice', async () => {
    await using site = new SuiteSite({
      ...one,
      master: { graceMs: 600_000 },
      behaviour: { 'incoming-1': ['stubborn'] },
    });
    const { child, end } = await site.started();
    child.kill('SIGTERM');
    await until('it drains', () => site.lives('incoming-1').includes('drains'));
    child.kill('SIGTERM');
    assert.equal((await end).code, 0);
  });

  test('says which worker did not come up, and why, and goes on', async () => {
    await using site = new SuiteSite({ ...two, behaviour: { 'incoming-1': ['hopeless', 'good'] } });
    const { birth } = site.launch();
    const { ok, running, code, text } = await birth;
    assert.deepEqual([ok, running, code], [false, true, 1]);
    assert.equal(text, 'incoming-1 is parked: exit 15: Error: Cannot find module x');
    await until(
      'it is tried again',
      async () => (await site.worker('incoming-1'))?.state === 'idle',
    );
  });
});

describe('a worker', { concurrency: 2 }, () => {
  test('that crashes is replaced, and its successor is told how it ended', async () => {
    await using site = new SuiteSite({ ...one, behaviour: { 'incoming-1': ['crash', 'good'] } });
    site.launch();
    await until('a second life', () => site.lives('incoming-1').includes('holds'));
    assert.deepEqual(site.lives('incoming-1'), [
      'born',
      'born',
      'after exit 1: TypeError: nothing is there',
      'holds',
    ]);
  });

  test('that is killed from outside is replaced', async () => {
    await using site = new SuiteSite(one);
    await site.started();
    process.kill(site.pids('incoming-1')[0] ?? 0, 'SIGKILL');
    await until('a second life', () => site.pids('incoming-1').length === 2);
    await until('it works', async () => (await site.worker('incoming-1'))?.state === 'idle');
    assert.ok(site.lives('incoming-1').includes('after signal SIGKILL'));
    const worker = await site.worker('incoming-1');
    assert.deepEqual([worker?.starts, worker?.failures], [2, 1]);
  });

  test('that crashes again and again is parked with its reason, and still tried', async () => {
    await using site = new SuiteSite({ ...one, behaviour: { 'incoming-1': ['crash'] } });
    const { birth } = site.launch();
    assert.equal((await birth).ok, false);
    const state = async () => (await site.worker('incoming-1'))?.state;
    await until('it is parked', async () => (await state()) === 'parked');
    const worker = await site.worker('incoming-1');
    assert.equal(worker?.trouble, true);
    assert.match(worker?.why ?? '', /exit 1: TypeError: nothing is there/);
    const lives = site.pids('incoming-1').length;
    await until('it is tried again', () => site.pids('incoming-1').length > lives);
    site.behave({});
    await site.done({ verb: 'restart', names: ['incoming'] });
    assert.equal(await state(), 'idle');
  });

  for (const how of ['mute', 'stuck']) {
    test(`that gives no sign of life (${how}) is killed and replaced`, async () => {
      await using site = new SuiteSite({
        runners: { incoming: { hangMs: 1500 } },
        behaviour: { 'incoming-1': [how, 'good'] },
      });
      site.launch();
      await until('a second life', () =>
        site.lives('incoming-1').some((e) => e.startsWith('after')),
      );
      assert.match(site.lives('incoming-1').join(), /after hung for \S+ s, then signal SIGKILL/);
      assert.match(site.log, /hung for/);
    });
  }

  test('over its memory ceiling drains and is replaced', async () => {
    await using site = new SuiteSite({
      ...one,
      master: { healthyMs: 1 },
      behaviour: { 'incoming-1': ['fat', 'good'] },
    });
    site.launch();
    await until('a second life', () => site.pids('incoming-1').length === 2);
    assert.match(site.log, /drains: memory of 4 GiB over its ceiling of 512 MiB/);
    assert.ok(site.lives('incoming-1').includes('drains'));
  });

  test('that explodes within its heap limit leaves its reason', async () => {
    await using site = new SuiteSite({
      runners: { incoming: { memoryMb: 64 } },
      behaviour: { 'incoming-1': ['explode', 'good'] },
    });
    site.launch();
    await until('a second life', () => site.lives('incoming-1').some((e) => e.startsWith('after')));
    assert.match(site.lives('incoming-1').join(), /FATAL ERROR: .*heap/);
  });
});
