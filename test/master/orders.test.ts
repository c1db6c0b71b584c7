/** Orders at the control socket of a real master. */
import assert from 'node:assert/strict';
import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { isOurs, SuiteSite, until } from './suite-site.ts';

const one = { runners: { incoming: {} } };
const two = { runners: { incoming: {}, pipeline: {} } };

describe('an order', { concurrency: 2 }, () => {
  test('stops one runner, which stays stopped, and starts it again', async () => {
    await using site = new SuiteSite(two);
    await site.started();
    assert.equal(await site.done({ verb: 'stop', names: ['incoming'] }), 'incoming stopped');
    const [pid = 0] = site.pids('incoming-1');
    assert.equal(isOurs(pid, site.root), false);
    assert.deepEqual(site.lives('incoming-1').slice(-2), ['drains', 'recovers']);
    const { workers, stopped } = await site.status();
    assert.deepEqual(
      workers.map(({ name, state }) => [name, state]),
      [
        ['pipeline-1', 'idle'],
        ['incoming-1', 'stopped'],
      ],
    );
    assert.deepEqual(stopped, ['incoming']);
    await site.done({ verb: 'start', names: ['incoming'] });
    assert.equal((await site.worker('incoming-1'))?.state, 'idle');
    assert.equal(site.pids('pipeline-1').length, 1);
  });

  test('for a runner that there is not is refused', async () => {
    await using site = new SuiteSite(one);
    await site.started();
    assert.match(await site.refused({ verb: 'stop', names: ['incomin'] }), /no runner "incomin"/);
  });

  test('for a runner that has no workers says so', async () => {
    await using site = new SuiteSite(one);
    await site.started();
    const text = await site.refused({ verb: 'start', names: ['archive'] });
    assert.equal(text, 'archive has no workers in the configuration');
  });

  test('to restart gives back control when the new workers are up', async () => {
    await using site = new SuiteSite(two);
    await site.started();
    assert.equal(await site.done({ verb: 'restart', names: [] }), 'the suite restarted');
    for (const worker of (await site.status()).workers) {
      assert.deepEqual([worker.state, worker.starts, worker.failures], ['idle', 2, 0]);
    }
  });

  test('to restart says what does not come up', async () => {
    await using site = new SuiteSite({ ...two, behaviour: { 'incoming-1': ['good', 'hopeless'] } });
    await site.started();
    assert.match(
      await site.refused({ verb: 'restart', names: [] }),
      /^incoming-1 is parked: exit 15/,
    );
  });

  test('to pause is true when it is answered, and holds for the next life', async () => {
    await using site = new SuiteSite(two);
    await site.started();
    await site.done({ verb: 'pause', names: ['incoming'] });
    assert.equal((await site.worker('incoming-1'))?.state, 'paused');
    assert.equal((await site.worker('pipeline-1'))?.state, 'idle');
    await site.done({ verb: 'restart', names: ['incoming'] });
    await until('it is paused', async () => (await site.worker('incoming-1'))?.state === 'paused');
    await site.done({ verb: 'resume', names: [] });
    await until('it goes on', async () => (await site.worker('incoming-1'))?.state === 'idle');
  });

  test('to reopen reaches the workers', async () => {
    await using site = new SuiteSite(one);
    const { child } = await site.started();
    await site.done({ verb: 'reopen' });
    await until('it is heard', () => site.lives('incoming-1').includes('reopen'));
    child.kill('SIGUSR1');
    const heard = () => site.lives('incoming-1').filter((event) => event === 'reopen').length;
    await until('the signal is heard', () => heard() === 2);
  });

  test('of a client that talks nonsense is refused, and harms nobody', async () => {
    await using site = new SuiteSite(one);
    await site.started();
    for (const [words, answer] of [
      ['no json\n', /no JSON/],
      ['{"verb":"explode"}\n', /no request/],
      ['{"verb":"stop","names":"incoming"}\n', /no request: names/],
      [`${'x'.repeat(100_000)}`, /at most 65536 bytes/],
    ] as const) {
      const socket = createConnection(`${site.paths.run}/control.sock`);
      if (words.endsWith('\n')) socket.end(words);
      else socket.write(words);
      assert.match(await text(socket), answer);
    }
    assert.equal((await site.worker('incoming-1'))?.state, 'idle');
  });
});

describe('a backlog', () => {
  test('brings more workers of a runner, and search for claims in those that it does not need', async () => {
    await using site = new SuiteSite({
      runners: { outgoing: { maxWorkers: 3 } },
      behaviour: { 'outgoing-1': ['good', 'busy'] },
    });
    await site.started();
    await until('empty slots are searched', () => site.lives('outgoing-3').includes('recovers'));
    await site.done({ verb: 'restart', names: ['outgoing'] });
    await until('three work', async () => {
      const { workers } = await site.status();
      return workers.filter(({ state }) => state === 'idle').length === 3;
    });
  });
});
