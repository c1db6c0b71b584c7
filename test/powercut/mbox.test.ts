/** The power goes off while postings are archived: each stands in the mbox once, and whole. */
import { after, before, test } from 'node:test';
import type { Store } from '../../src/store/store.ts';
import { makeBench, makeStore } from './office.ts';
import { pullEverywhere } from './plug.ts';
import { mboxScene } from './scenes/mbox.ts';

const bench = makeBench();
let store: Store;
before(async () => {
  store = await makeStore(bench.root);
});
after(() => {
  store.close();
  bench[Symbol.dispose]();
});

test('each posting is archived once, in whatever order the rest comes again', async (t) => {
  for (const order of [1, -1] as const) {
    const runs = await pullEverywhere(bench, store, mboxScene(`order ${order}`, order));
    t.diagnostic(`${runs} runs`);
  }
});
