/** The power goes off while a posting is held, and while two moderators decide about it. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { namesIn } from '../../src/ground/disk.ts';
import { childId, entryId } from '../../src/model/ids.ts';
import type { Store } from '../../src/store/store.ts';
import {
  finishAll,
  layOrder,
  layPosting,
  listOf,
  type Shared,
  two,
  workAll,
} from '../powercut/moderated.ts';
import { leftovers, makeBench, makeStore } from '../powercut/office.ts';
import { pullEverywhere, type Scene } from '../powercut/plug.ts';

const bench = makeBench();
let store: Store;
let shared: Shared;
before(async () => {
  store = await makeStore(bench.root);
  const templates = mkdtempSync(join(bench.root, 'templates-'));
  shared = { store, templates, stepped: ['command', 'incoming'] };
});
after(() => {
  store.close();
  bench[Symbol.dispose]();
});

const orders = ['accept', 'reject'] as const;
const queues = ['incoming', 'command', 'pipeline', 'virgin'] as const;

const heldIn = (root: string) => namesIn(join(root, 'held', 'incoming'));

const hold: Scene = {
  name: 'a posting is held',
  queues,
  setUp: (root, id) => layPosting(shared, root, id),
  act: (house) => workAll(shared, house),
  async check({ root, id }) {
    const taken = await finishAll(shared, root);
    assert.deepEqual(
      taken,
      two.map((_, n) => `virgin ${childId(id, `m${n}`)}`),
    );
    assert.deepEqual(heldIn(root), [id]);
    assert.equal((await store.held.waiting(listOf(id))).length, 1);
    assert.deepEqual(leftovers(root), []);
  },
};

const decide: Scene = {
  name: 'two moderators decide',
  queues,
  async setUp(root, id) {
    await layPosting(shared, root, id);
    await finishAll(shared, root);
    for (const [n, sub] of orders.entries()) layOrder(root, id, n, sub);
  },
  act: (house) => workAll(shared, house),
  async check({ root, id }) {
    const taken = await finishAll(shared, root);
    const decided = (await store.held.posting(id))?.decided;
    assert.ok(decided);
    // Each gets one answer, and what won happens once.
    const answers = orders.map((_, n) => `virgin ${childId(entryId(`${id}c${n}`), 'n0')}`);
    const effect = {
      accept: [`pipeline ${childId(id, 'p')}`],
      reject: [`virgin ${childId(id, 'v')}`],
      discard: [],
    }[decided.decision];
    assert.deepEqual(taken, [...answers, ...effect].sort());
    assert.deepEqual(heldIn(root), []);
    const number = await store.postingNumber(listOf(id), id);
    assert.equal(number, decided.decision === 'accept' ? 1 : undefined);
    assert.deepEqual(leftovers(root), []);
  },
};

for (const scene of [hold, decide]) {
  test(`${scene.name}: cut off anywhere, all of it happens once`, async () => {
    const runs = await pullEverywhere(bench, store, scene);
    assert.ok(runs > 50, String(runs));
  });
}
