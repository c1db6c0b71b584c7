/** The power goes off anywhere between a moderator's word and the copies for the readers. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readPlace } from '../../src/spool/parked.ts';
import { waitingIn } from '../../src/spool/places.ts';
import { Spool } from '../../src/spool/spool.ts';
import type { Store } from '../../src/store/store.ts';
import { addressesOf } from '../literals.ts';
import {
  finishAll,
  layOrder,
  layPosting,
  listOf,
  type Shared,
  takeOver,
  workAll,
} from '../powercut/moderated.ts';
import { leftovers, makeBench, makeStore, workOff } from '../powercut/office.ts';
import { pullEverywhere, type Scene } from '../powercut/plug.ts';

const bench = makeBench();
let store: Store;
let shared: Shared;
before(async () => {
  store = await makeStore(bench.root);
  const templates = mkdtempSync(join(bench.root, 'templates-'));
  shared = { store, templates, stepped: ['command', 'incoming', 'pipeline', 'mailing'] };
});
after(() => {
  store.close();
  bench[Symbol.dispose]();
});

const readers = ['r1@x.example', 'r2@y.example'];

const deliver: Scene = {
  name: 'a held posting is approved and delivered',
  queues: ['incoming', 'command', 'pipeline', 'archive', 'mailing', 'outgoing', 'virgin'],
  async setUp(root, id) {
    await layPosting(shared, root, id, readers);
    await finishAll(shared, root);
    layOrder(root, id, 0, 'accept');
  },
  act: (house) => workAll(shared, house),
  async check({ root, id }) {
    await takeOver(shared, root);
    const batches = [...waitingIn(new Spool(root), 'outgoing')].flatMap((place) => {
      const read = readPlace(place);
      return read.kind === 'entry' && read.meta.work.kind === 'batch' ? [read.meta.work] : [];
    });
    const recipients = batches.flatMap((work) => addressesOf(work.recipients));
    assert.deepEqual(recipients.sort(), readers, 'each reader, once');
    const taken = (await workOff(root, store, {})).map((line) => line.split(' ')[0]);
    assert.deepEqual(taken.sort(), ['archive', 'outgoing', 'virgin']);
    assert.equal(await store.postingNumber(listOf(id), id), 1);
    assert.deepEqual(leftovers(root), []);
  },
};

test('an approved posting is with each reader once, wherever it is cut off', async (t) => {
  const runs = await pullEverywhere(bench, store, deliver);
  assert.ok(runs > 100, String(runs));
  t.diagnostic(`${runs} runs`);
});
