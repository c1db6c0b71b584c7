import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Entry } from '../../src/engine/desk.ts';
import type { Ledger } from '../../src/engine/settle.ts';
import { namesIn } from '../../src/ground/disk.ts';
import { entryId, listId } from '../../src/model/ids.ts';
import { finish, letter, type Outcome } from '../../src/model/outcome.ts';
import { readWhy } from '../../src/spool/parked.ts';
import { until } from './entries.ts';
import { House } from './house.ts';

const posting = { kind: 'posting', approved: false } as const;
const queues = ['archive', 'pipeline'] as const;

/** One change, and two puts: the one that goes on by itself has nothing under tmp. */
async function step({ meta }: Entry): Promise<Outcome> {
  const list = listId('cats.example.com');
  return {
    changes: [
      { kind: 'accepted', list, posting: entryId('e1'), messageId: '', author: '', subject: '' },
    ],
    puts: queues.map((queue) => letter(queue, meta, posting, { key: queue })),
    fate: finish,
  };
}

test('what the store refuses for good is shunted, and what was prepared for it is withdrawn', async () => {
  using house = new House();
  await house.put('e1');
  let prepared = 0;
  const drafts = () => queues.flatMap((queue) => namesIn(house.spool.paths.tmp(queue)));
  const ledger: Ledger = {
    apply: async (slips) => {
      prepared = drafts().length;
      return slips.map(() => ({ kind: 'failed', error: new Error('no such list') }));
    },
    settled: async () => undefined,
  };
  const route = { reads: 'incoming', writes: queues } as const;
  await using _running = await house.start(step, { ledger, route });
  await until(
    'it is parked',
    () => house.parked('shunt').length === 1 && house.left().length === 0,
  );
  const why = readWhy(join(house.spool.paths.parking('shunt', 'incoming'), 'e1'));
  assert.match(why?.reasons.join() ?? '', /no such list/);
  assert.equal(prepared, 1);
  assert.deepEqual(drafts(), []);
  for (const queue of queues) assert.deepEqual(namesIn(house.spool.paths.new(queue, 5)), []);
});
