/** A configuration that changes under a real master. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { askMaster } from '../../src/engine/control.ts';
import { SuiteSite, until } from './suite-site.ts';

const one = { runners: { incoming: {} } };
const two = { runners: { incoming: {}, pipeline: {} } };

describe('a new configuration', { concurrency: 2 }, () => {
  for (const by of ['SIGHUP', 'reload'] as const) {
    test(`is taken on by ${by}, worker by worker`, async () => {
      await using site = new SuiteSite(two);
      const { child } = await site.started();
      site.configure({ runners: { incoming: {}, archive: {} } });
      if (by === 'SIGHUP') child.kill(by);
      else assert.match(await site.done({ verb: 'reload' }), /all 2 workers have the new/);
      await until('it is so', async () => {
        const { workers, reloading } = await site.status();
        const names = workers.map(({ name }) => name).join();
        return !reloading && names === 'archive-1,incoming-1';
      });
      assert.equal(site.pids('incoming-1').length, 2);
      assert.deepEqual(site.lives('pipeline-1').slice(-2), ['drains', 'recovers']);
    });

    test(`that is wrong is refused by ${by}, and nothing changes`, async () => {
      await using site = new SuiteSite(two);
      const { child } = await site.started();
      const log = site.paths.log;
      const isSignal = by === 'SIGHUP';
      // The one is seen by the schema, the other by nobody but the house.
      site.write(isSignal ? '[rules]\norder = ["lop"]\n' : '[master]\nbeatMs = "soon"\n');
      if (isSignal) {
        child.kill(by);
        await until('it is said', () => readFileSync(log, 'utf8').includes('rules.order has'));
      } else {
        const run = join(site.root, 'var', 'run');
        const asked = await askMaster({ run }, { verb: 'reload' });
        assert.match(
          typeof asked === 'object' ? asked.text : asked,
          /beatMs is "soon"(.|\n)*stays/,
        );
      }
      site.configure(two);
      assert.equal((await site.status()).workers.length, 2);
      assert.equal(site.pids('incoming-1').length, 1);
    });
  }

  test('that needs a new master is refused', async () => {
    await using site = new SuiteSite(one);
    await site.started();
    site.write('spool = "elsewhere"\n');
    assert.match(await site.refused({ verb: 'reload' }), /spool moved .*: stop the suite/);
  });

  test('with which workers do not come up keeps the others as they are', async () => {
    await using site = new SuiteSite({ ...two, behaviour: { 'pipeline-1': ['good', 'hopeless'] } });
    await site.started();
    assert.match(await site.refused({ verb: 'reload' }), /pipeline-1 is parked(.|\n)*the other/);
    assert.equal(site.pids('incoming-1').length, 1);
    site.behave({});
    await until('it goes on', () => site.pids('incoming-1').length === 2);
  });
});
