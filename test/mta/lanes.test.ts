import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lanes } from '../../src/mta/lanes.ts';

test('fewer lanes: the least urgent end with what they have in hand, and nobody gets theirs', async () => {
  const lanes = new Lanes(3);
  const held = [await lanes.enter(5), await lanes.enter(2), await lanes.enter(7)];
  lanes.limit(1);
  assert.deepEqual(
    held.map(({ yields }) => yields),
    [true, false, true],
  );
  let given = 0;
  const waiting = lanes.enter(1).then(() => (given += 1));
  const [first, second, third] = held;
  assert(first && second && third);
  lanes.leave(first);
  lanes.leave(third);
  await Promise.resolve();
  assert.equal(given, 0, 'one is still held');
  lanes.leave(second);
  await waiting;
  assert.equal(given, 1);
});

test('more lanes: those who wait get them at once', async () => {
  const lanes = new Lanes(1);
  await lanes.enter(5);
  const waiting = [lanes.enter(5), lanes.enter(5)];
  lanes.limit(3);
  assert.equal((await Promise.all(waiting)).length, 2);
});
