/** The power goes off at every operation of joining: request, confirmation, welcome. */
import { after, before, test } from 'node:test';
import type { Store } from '../../src/store/store.ts';
import { makeBench, makeStore } from './office.ts';
import { pullEverywhere } from './plug.ts';
import { askScene, confirmScene } from './scenes/join.ts';

const bench = makeBench();
let store: Store;
before(async () => {
  store = await makeStore(bench.root);
});
after(() => {
  store.close();
  bench[Symbol.dispose]();
});

test('one message asks for confirmation, and its token is good, wherever it is cut off', async (t) => {
  t.diagnostic(`${await pullEverywhere(bench, store, askScene)} runs`);
});

test('who confirms is a member once and welcomed once, wherever it is cut off', async (t) => {
  t.diagnostic(`${await pullEverywhere(bench, store, confirmScene(store))} runs`);
});
