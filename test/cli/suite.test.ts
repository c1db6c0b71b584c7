/** The verbs that steer the suite, against real masters. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { entryId } from '../../src/model/ids.ts';
import { runnerNames } from '../../src/model/runners.ts';
import { claimedName, spoolPaths, waitingName } from '../../src/spool/layout.ts';
import { SuiteSite, until } from '../master/suite-site.ts';
import { makeSite } from '../site.ts';
import { call } from './called.ts';

const two = { runners: { incoming: {}, pipeline: {} } };
/** All but one: a suite that is up soon. */
const off = runnerNames
  .filter((name) => name !== 'virgin')
  .map((name) => `[runners.${name}]\nworkers = 0\n`)
  .join('');

describe('the suite, from the command line', { concurrency: 2 }, () => {
  test('starts in the background when all workers are up, and stops when none is left', async () => {
    await using made = await makeSite(`lmtp.listen = []\n${off}`);
    const site = made.root;
    const started = await call('start', { site });
    try {
      assert.match(started.out, /^The suite is up: 1 worker \(master \d+\)\.\n$/, started.err);
      assert.equal((await call('status', { site })).code, 0);
      const again = await call('start', { site });
      assert.match(again.err, /a master \(pid \d+\) is already running/);
      assert.equal(again.code, 1);
    } finally {
      const { code, out, err } = await call('stop', { site });
      assert.deepEqual([code, out], [0, 'The suite is stopped.\n'], err);
    }
    assert.equal((await call('status', { site })).code, 3);
    assert.deepEqual((await call('stop', { site })).err, 'The suite is not running.\n');
    assert.equal((await call('stop outgoing-2', { site })).code, 0);
    const strange = await call('stop outgiong', { site });
    assert.equal(strange.code, 1);
    assert.match(strange.err, /there is no runner "outgiong"; there are outgoing, /);
  });

  test('stays in front for systemd and containers, and ends in order when told', async () => {
    await using made = await makeSite(`lmtp.listen = []\n${off}`);
    const program = join(import.meta.dirname, '../../src/cli/main.js');
    const words = ['--site', made.root, 'start', '--foreground'];
    const child = spawn(process.execPath, [program, ...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await until('it is up', () => said.includes('the suite is up: 1 worker; the log is'));
    // It is the master itself, not somebody who waits for one.
    const { master } = JSON.parse((await call('status --json', { site: made.root })).out);
    assert.equal(master.pid, child.pid);
    const ended = once(child, 'exit');
    assert.equal((await call('stop', { site: made.root })).out, 'The suite is stopped.\n');
    assert.deepEqual(await ended, [0, null]);
  });

  test('is not started with a configuration that is wrong, which is named', async () => {
    await using made = await makeSite('lmtp.listen = []\n[runners.outgoin]\n');
    const { code, err } = await call('start', { site: made.root });
    assert.equal(code, 78);
    assert.match(err, /config\/listmill\.toml: runners has "outgoin"; wanted: outgoing, /);
  });

  test('that runs only in part says which part does not, and why', async () => {
    await using made = await makeSite(`lmtp.listen = []\n${off}`);
    const site = made.root;
    writeFileSync(
      join(site, 'var', 'listmill.db'),
      'no database, but long enough to look like one',
    );
    const { code, err } = await call('start', { site });
    await call('stop', { site });
    assert.equal(code, 1);
    assert.match(err, /the suite runs, but not all of it:\nvirgin-1 is (parked|backoff): exit/);
  });

  test('obeys for single runners', async () => {
    await using made = new SuiteSite(two);
    const site = made.root;
    await made.started();
    assert.equal((await call('stop incoming', { site })).out, 'incoming stopped\n');
    const rows = (await call('status', { site })).out;
    assert.match(rows, /stopped by hand: incoming/);
    assert.match(rows, /incoming-1 +stopped/);
    assert.match(rows, /^WORKER +STATE +PID +UP +MEMORY +CPU +DONE +\/MIN +NOW$/m);
    assert.match(rows, /^pipeline-1 +idle +\d+ +\S/m);
    assert.match(rows, /^QUEUE +WAITING +LATER +CLAIMED +OLDEST$/m);
    assert.equal((await call('start incoming', { site })).out, 'incoming started\n');
    assert.equal((await call('pause pipeline', { site })).out, 'pipeline paused\n');
    assert.match((await call('status', { site })).out, /pipeline-1 +paused/);
    assert.equal((await call('resume', { site })).out, 'the suite resumed\n');
    assert.equal((await call('restart', { site })).out, 'the suite restarted\n');
    assert.match((await call('reload', { site })).out, /all 2 workers have the new/);
    assert.equal((await call('reopen', { site })).out, 'logs are open again\n');
    const unknown = await call('stop incomin', { site });
    assert.equal(unknown.code, 1);
    assert.match(unknown.err, /there is no runner "incomin"; there are .*incoming/);
  });

  test('that is not there does not obey', async () => {
    await using made = new SuiteSite(two);
    for (const verb of ['reload', 'reopen', 'pause', 'resume']) {
      const { code, err } = await call(verb, { site: made.root });
      assert.equal(code, 69);
      assert.match(err, /the suite is not running; "listmill start" starts it/);
    }
  });
});

describe('the status', { concurrency: 2 }, () => {
  test('has an exit code for trouble, and says what it is', async () => {
    await using made = new SuiteSite({ ...two, behaviour: { 'incoming-1': ['hopeless'] } });
    const site = made.root;
    await made.launch().birth;
    const { code, out } = await call('status', { site });
    assert.equal(code, 1);
    assert.match(out, /something is WRONG/);
    assert.match(out, /incoming-1 +parked! .* exit 15: Error: Cannot find module x; next try in/);
    const quiet = await call('status -q', { site });
    assert.deepEqual([quiet.code, quiet.out], [1, '']);
  });

  test('counts what lies in the queues, with the master down', async () => {
    await using made = new SuiteSite(two);
    const spool = spoolPaths(made.paths.spool);
    const now = Date.now();
    const put = (folder: string, name: string) =>
      mkdirSync(join(folder, name), { recursive: true });
    const name = (id: string, due: number) => ({ id: entryId(id), due, tries: 0 });
    put(spool.new('outgoing', 5), waitingName(name('a', now - 90_000)));
    put(spool.new('outgoing', 3), waitingName(name('b', now - 10_000)));
    put(spool.new('outgoing', 5), waitingName(name('c', now + 600_000)));
    put(spool.claimed('outgoing', 'outgoing-1'), claimedName({ ...name('d', now), priority: 5 }));
    put(spool.parking('shunt', 'incoming'), 'e');
    const { code, out } = await call('status --json', { site: made.root });
    assert.equal(code, 3);
    const { running, queues, parked } = JSON.parse(out);
    assert.equal(running, false);
    const { oldestMs, ...counts } = queues.find(
      (row: { queue: string }) => row.queue === 'outgoing',
    );
    assert.deepEqual(counts, { queue: 'outgoing', waiting: 2, later: 1, claimed: 1 });
    assert.ok(oldestMs >= 90_000 && oldestMs < 150_000, String(oldestMs));
    assert.deepEqual(parked, { held: 0, shunt: 1, bad: 0 });
  });

  test('for programs has what the page has', async () => {
    await using made = new SuiteSite(two);
    await made.started();
    const read = async () => JSON.parse((await call('status --json', { site: made.root })).out);
    await until('beats came', async () => (await read()).workers[0]?.done === 3);
    const { running, well, master, workers } = await read();
    assert.deepEqual([running, well, master.stopped], [true, true, []]);
    const { name, runner, slot, state, done, memory, trouble } = workers[1];
    assert.deepEqual(
      { name, runner, slot, state, done, memory, trouble },
      {
        name: 'incoming-1',
        runner: 'incoming',
        slot: 1,
        state: 'idle',
        done: 3,
        memory: 52_428_800,
        trouble: false,
      },
    );
  });

  test('is drawn again and again by top', async () => {
    await using made = new SuiteSite(two);
    await made.started();
    const { code, out } = await call('top --count 2 --delay 0.2', { site: made.root });
    assert.equal(code, 0);
    assert.equal(out.match(/incoming-1 +idle/g)?.length, 2);
  });
});
