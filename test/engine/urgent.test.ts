import assert from 'node:assert/strict';
import { test } from 'node:test';
import { finish } from '../../src/model/outcome.ts';
import { until } from './entries.ts';
import { House } from './house.ts';

test('what is urgent is taken while the hands are full, and nothing else', async () => {
  using house = new House();
  for (let n = 0; n < 6; n += 1) await house.put(`e${n}`);
  const seen: string[] = [];
  let open: (() => void) | undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  await using running = await house.start(async ({ meta }) => {
    seen.push(meta.id);
    await opened;
    return { fate: finish };
  });
  await until('its hands are full', () => seen.length === 4);
  await house.put('same');
  await house.put('urgent', { priority: 1 });
  await until('it has taken it', () => seen.length === 5);
  assert.equal(seen[4], 'urgent');
  assert.equal(running.worker.report.state, 'working');
  open?.();
  await until('all are done', () => house.left().length === 0 && seen.length === 8);
});
