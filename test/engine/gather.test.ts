import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { finish } from '../../src/model/outcome.ts';
import { House } from './house.ts';

test('a long queue of what needs no waiting keeps nobody from being heard', async () => {
  using house = new House();
  for (let n = 0; n < 300; n += 1) await house.put(`e${n}`);
  let stepped = 0;
  const step = async () => {
    stepped += 1;
    if (stepped === 33) setImmediate(() => running.worker.drain());
    return { fate: finish };
  };
  const route = { reads: 'incoming', writes: ['pipeline'], batch: 32 } as const;
  const running = await house.start(step, { route });
  await running.ended;
  assert(stepped < 300, 'it was heard only when all was done');
});

test('what is to be written with a group is written before its claims are let go', async () => {
  using house = new House();
  for (let n = 0; n < 3; n += 1) await house.put(`e${n}`);
  const left: number[] = [];
  const beforeSettle = async () => void left.push(house.left().length);
  const route = { reads: 'incoming', writes: ['pipeline'], batch: 3 } as const;
  await using _running = await house.start(async () => ({ fate: finish }), { route, beforeSettle });
  while (house.left().length > 0) await sleep(5);
  assert.equal(left[0], 3);
});

test('who waits for company goes on when hands are full', { timeout: 60_000 }, async () => {
  using house = new House();
  for (let n = 0; n < 6; n += 1) await house.put(`e${n}`);
  const route = { reads: 'incoming', writes: ['pipeline'], batch: 2, gatherMs: 120_000 } as const;
  await using _running = await house.start(async () => ({ fate: finish }), { route });
  while (house.left().length > 0) await sleep(5);
});
