import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../bench/demo/place.ts';
import { nodesNaming } from '../../bench/processes.ts';
import { demo, leftIn } from '../demo-run.ts';

test('with --clean it leaves nothing', async () => {
  const { code, text, place } = await demo(['--clean']);
  assert.equal(code, 0, text);
  assert.equal(place, '');
});

test('a posting that does not get through is told with the log, and all is stopped', async () => {
  const { code, text, place } = await demo([], { LISTMILL_INJECT_LIMIT: 'none' });
  assert.equal(code, 1);
  assert.match(text, /The demo failed: .*listmill-inject/);
  assert.match(text, /The last lines of .*listmill\.log:\n\{/);
  assert.ok(existsSync(join(place, 'site')));
  assert.deepEqual(await leftIn(place), []);
});

test('with --keep the suite runs on, and the stop command that it names stops it', async () => {
  const { code, text, place } = await demo(['--keep']);
  try {
    assert.equal(code, 0, text);
    const command = join(place, 'listmill');
    assert.match(text, new RegExp(`${command} status`));
    assert.match(await run(command, ['status']), /outgoing-1 +idle/);
    await run(join(place, 'stop'), []);
    assert.deepEqual(await leftIn(place), []);
  } finally {
    for (const pid of nodesNaming(place)) process.kill(pid, 'SIGKILL');
  }
});
