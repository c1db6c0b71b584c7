import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Worked } from '../../src/ground/processors.ts';
import { Crowd } from '../../src/master/crowd.ts';

test('a machine is crowded while its processors had no rest for a second', () => {
  let now: Worked = { at: 5000, ms: 100, processors: 2 };
  const crowd = new Crowd(() => now);
  const after = (passedMs: number, workedMs: number) => {
    now = { ...now, at: now.at + passedMs, ms: now.ms + workedMs };
    return crowd.look();
  };
  assert.equal(crowd.look(), false);
  assert.equal(after(500, 1000), false); // too short to say
  assert.equal(after(500, 1000), true);
  assert.equal(after(900, 100), true);
  assert.equal(after(100, 0), false);
  assert.equal(after(1000, 1800), true);
  assert.equal(after(20_000, 40_000), false); // nobody wanted to know for long
});
