import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Halt, MailingWatch } from '../../src/engine/mailing-watch.ts';
import { until } from './entries.ts';

test('a batch in hand hears of an order that comes meanwhile, also after a failed look', async () => {
  const orders = new Map<string, Halt>();
  const failures: unknown[] = [];
  let fails = false;
  const watch = new MailingWatch(
    async ({ mailing }) => {
      if (fails) throw new Error('busy');
      return orders.get(mailing);
    },
    (error) => failures.push(error),
    2,
  );
  using first = await watch.hold({ mailing: 'a-m', quiet: undefined });
  using other = await watch.hold({ mailing: 'b-m', quiet: undefined });
  assert.equal(first.aborted, false);
  fails = true;
  await until('a look failed', () => failures.length > 0);
  fails = false;
  orders.set('a-m', { kind: 'cancel' });
  await until('it is told', () => first.aborted);
  assert.deepEqual([first.halt?.kind, other.halt], ['cancel', undefined]);
  using next = await watch.hold({ mailing: 'a-m', quiet: undefined });
  assert.equal(next.halt?.kind, 'cancel');
});
