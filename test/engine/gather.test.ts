import assert from 'node:assert/strict';
import { test } from 'node:test';
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
