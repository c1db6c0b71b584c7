import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { members, postings } from '../bench/demo/cast.ts';
import { copiesOf } from '../bench/demo/delivered.ts';
import { run } from '../bench/demo/place.ts';
import { demo, leftIn } from './demo-run.ts';

test('the demo hands each posting to every member once, leaves the copies and stops all', async () => {
  const { code, text, place } = await demo([]);
  assert.equal(code, 0, text);
  for (const { subject } of postings) {
    const { times } = copiesOf(join(place, 'delivered'), subject);
    assert.deepEqual([...times.keys()].sort(), members.map(({ address }) => address).sort());
    assert.ok([...times.values()].every((count) => count === 1));
  }
  for (const runner of ['lmtp', 'pipe', 'incoming', 'pipeline', 'archive', 'mailing', 'outgoing']) {
    assert.match(text, new RegExp(`^ +\\d+ ms  ${runner} `, 'm'));
  }
  assert.match(text, /handed over +24 recipients/);
  assert.match(text, /first recipient after \d+ ms/);
  assert.deepEqual(await leftIn(place), []);
  assert.match(await run(join(place, 'listmill'), ['member', 'ls', 'cats']), /ann@people\.example/);
});

test('wrong options are told, and nothing is made', async () => {
  for (const args of [['--keep', '--clean'], ['--fast'], ['cats']]) {
    const { code, text, place } = await demo(args);
    assert.equal(code, 64);
    assert.match(text, /usage: npm run demo/);
    assert.equal(place, '');
  }
});
