import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailingWatch } from '../../src/engine/mailing-watch.ts';
import type { MailingOrder } from '../../src/model/mailing.ts';
import { until } from './entries.ts';

test('a batch in hand hears of an order that comes meanwhile, also after a failed look', async () => {
  const orders = new Map<string, MailingOrder>();
  const failures: unknown[] = [];
  let fails = false;
  const watch = new MailingWatch(
    async (mailing) => {
      if (fails) throw new Error('busy');
      return orders.get(mailing);
    },
    (error) => failures.push(error),
    2,
  );
  using first = await watch.hold('a-m');
  using other = await watch.hold('b-m');
  assert.equal(first.aborted, false);
  fails = true;
  await until('a look failed', () => failures.length > 0);
  fails = false;
  orders.set('a-m', 'pause');
  await until('it is told', () => first.aborted);
  assert.deepEqual([first.order, other.order], ['pause', undefined]);
  using next = await watch.hold('a-m');
  assert.equal(next.order, 'pause');
});
