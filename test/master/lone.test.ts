/** One master for a site, whatever is left of the one before. */
import assert from 'node:assert/strict';
import { chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { userId } from '../../src/ground/environment.ts';
import { isOurs, SuiteSite, until } from './suite-site.ts';

const one = { runners: { incoming: {} } };
const asRoot = userId() === 0 ? {} : { skip: 'only root can be someone else' };
const nobody = 65_534;

describe('a second master', { concurrency: 2 }, () => {
  test('is refused, with the number of the first, and disturbs nothing', async () => {
    await using site = new SuiteSite(one);
    const first = await site.started();
    const second = site.launch();
    const { ok, running, text } = await second.birth;
    assert.deepEqual([ok, running], [false, false]);
    assert.match(text, new RegExp(`a master \\(pid ${first.child.pid}\\) is already running for`));
    assert.equal((await second.end).code, 1);
    assert.equal((await site.worker('incoming-1'))?.state, 'idle');
    assert.equal(site.pids('incoming-1').length, 1);
  });

  test('is refused when both start at the same instant', async () => {
    await using site = new SuiteSite(one);
    const births = await Promise.all([
      site.launch().birth,
      site.launch().birth,
      site.launch().birth,
    ]);
    assert.deepEqual(births.map(({ ok }) => ok).toSorted(), [false, false, true]);
    assert.equal(site.pids('incoming-1').length, 1);
  });

  test('is refused even when the files of the first were tidied away', async () => {
    await using site = new SuiteSite(one);
    await site.started();
    rmSync(site.paths.run, { recursive: true });
    assert.equal((await site.launch().birth).ok, false);
  });

  test("is nobody's business in another site", async () => {
    await using site = new SuiteSite(one);
    await using other = new SuiteSite(one);
    await site.started();
    await other.started();
  });
});

describe('a new master', { concurrency: 2 }, () => {
  test('is not kept away by what a dead one left: a number that is in use, a socket', async () => {
    await using site = new SuiteSite(one);
    mkdirSync(site.paths.run, { recursive: true });
    writeFileSync(join(site.paths.run, 'master.pid'), `${process.pid}\n`);
    writeFileSync(join(site.paths.run, 'control.sock'), 'no socket');
    await site.started();
    assert.equal((await site.status()).workers.length, 1);
  });

  test('takes over from one that was killed, when its workers have left', async () => {
    await using site = new SuiteSite({ ...one, behaviour: { 'incoming-1': ['slow', 'good'] } });
    const first = await site.started();
    first.child.kill('SIGKILL');
    await first.end;
    assert.equal(await site.ask({ verb: 'status' }), 'down');
    await site.started();
    const events = site.lives('incoming-1');
    // Never two at once: the second holds the slot only when the first is gone.
    assert.deepEqual(
      events.filter((event) => event !== 'born'),
      ['holds', 'alone', 'gone', 'holds'],
    );
  });

  test('can be spoken to in a folder with a name that no socket address holds', async () => {
    await using site = new SuiteSite(one, 'long'.repeat(50));
    await site.started();
    assert.equal((await site.worker('incoming-1'))?.state, 'idle');
  });

  test('that cannot have the folder says so', async () => {
    await using site = new SuiteSite(one);
    rmSync(site.paths.var, { recursive: true });
    writeFileSync(site.paths.var, 'a file');
    const { birth, end } = site.launch();
    assert.match((await birth).text, /var/);
    assert.notEqual((await end).code, 0);
  });

  test('of root is refused in a site of another user', asRoot, async () => {
    await using site = new SuiteSite(one);
    chownSync(site.paths.var, nobody, nobody);
    const { birth, end } = site.launch();
    assert.match((await birth).text, /belongs to user 65534: start the suite as that user/);
    assert.equal((await end).code, 77);
  });
});

describe('workers', () => {
  test('leave when their master is killed', async () => {
    await using site = new SuiteSite(one);
    const { child, end } = await site.started();
    const [pid = 0] = site.pids('incoming-1');
    assert.equal(isOurs(pid, site.root), true);
    child.kill('SIGKILL');
    await end;
    await until('the worker is gone', () => !isOurs(pid, site.root));
    assert.deepEqual(site.lives('incoming-1').slice(-2), ['alone', 'gone']);
  });
});
