import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findCircle, loadRoutes } from '../../src/engine/routes.ts';
import { queueNames } from '../../src/model/queues.ts';
import { runnerNames } from '../../src/model/runners.ts';
import { makeSite } from '../site.ts';
import { say } from './said.ts';

describe('the map of routes', () => {
  test('has no circle', async () => {
    assert.equal(findCircle(await loadRoutes()), undefined);
  });

  test('goes one way: nothing is put into a queue that stands earlier', async () => {
    for (const { runner, reads, writes } of await loadRoutes()) {
      if (reads === undefined) continue;
      for (const queue of writes) {
        assert.ok(
          queueNames.indexOf(queue) > queueNames.indexOf(reads),
          `${runner} reads ${reads} and writes ${queue}`,
        );
      }
    }
  });

  test('gives each queue one runner at most, of its own name', async () => {
    const readers = (await loadRoutes()).filter(({ reads }) => reads !== undefined);
    assert.deepEqual(
      readers.map(({ reads }) => reads),
      readers.map(({ runner }) => runner),
    );
    assert.equal(new Set(readers.map(({ reads }) => reads)).size, readers.length);
  });

  test('a circle is found, and named', () => {
    const circle = findCircle([
      { runner: 'a', reads: 'incoming', writes: ['pipeline', 'virgin'] },
      { runner: 'b', reads: 'pipeline', writes: ['mailing'] },
      { runner: 'c', reads: 'mailing', writes: ['outgoing', 'pipeline'] },
    ]);
    assert.deepEqual(circle, ['pipeline', 'mailing', 'pipeline']);
  });

  test('is printed for people, for programs and for Graphviz', async () => {
    await using site = await makeSite();
    const { out, err, code } = await say(site, 'map');
    assert.equal(code, 0);
    assert.match(out, /^mailing +mailing +outgoing$/m);
    assert.match(err, /No runner reads|Each queue has a runner/);
    const rows: { runner: string }[] = JSON.parse((await say(site, 'map', '--json')).out);
    assert.deepEqual(
      rows.map(({ runner }) => runner),
      runnerNames,
    );
    assert.match((await say(site, 'map', '--dot')).out, /"mailing" -> "outgoing";/);
  });
});
