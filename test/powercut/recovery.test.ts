/** The power goes off again and again while the successor recovers what was left. */
import { after, before, test } from 'node:test';
import { Spool } from '../../src/spool/spool.ts';
import type { Store } from '../../src/store/store.ts';
import { type Cut, cutsOf } from './cut-disk.ts';
import { claimAll, makeBench, makeStore, now, recoverAll } from './office.ts';
import { interrupt, play, pullEverywhere, type Scene } from './plug.ts';
import { type Play, settleScene } from './scenes/settle.ts';

const bench = makeBench();
let store: Store;
before(async () => {
  store = await makeStore(bench.root);
});
after(() => {
  store.close();
  bench[Symbol.dispose]();
});

type First = readonly (readonly [Play, readonly ('all' | 'synced')[]])[];
/** What was interrupted first, and how it was survived. */
const firsts: First = [
  [{ fate: 'later', puts: 1 }, ['all', 'synced']],
  [{ fate: 'finish', changes: true, puts: 1 }, ['synced']],
  [{ fate: 'park', puts: 1 }, ['all']],
];

for (const [one, kinds] of firsts) {
  const name = `${one.fate}, ${one.changes ? 'with' : 'without'} changes`;
  test(`${name}: a recovery that is itself cut off is recovered`, async (t) => {
    const scene = settleScene(name, [one]);
    const operations = await play(bench, store, scene, undefined, 'all', 1);
    let runs = 0;
    for (const cut of cutsOf(operations)) {
      if (cut.moment !== 'after') continue;
      for (const kind of kinds) {
        runs += await pullEverywhere(bench, store, recoveryScene(scene, cut, kind));
      }
    }
    t.diagnostic(`${runs} runs`);
  });
}

/** What is interrupted is the recovery of what an interrupted settle has left. */
function recoveryScene(scene: Scene, cut: Cut, kind: 'all' | 'synced'): Scene {
  return {
    ...scene,
    name: `${scene.name}, recovering from ${cut.moment} ${cut.at}, ${kind}`,
    async setUp(root, id) {
      await scene.setUp(root, id);
      await interrupt(scene, store, root, id, cut, kind, 0);
    },
    act: ({ root, disk, ledger }) => recoverAll(root, ledger, disk),
  };
}

test('a claim that is put back is in one place, wherever it is cut off', async () => {
  await pullEverywhere(bench, store, {
    ...settleScene('put back', [{ fate: 'finish', puts: 1, changes: true }]),
    async act({ root, disk }) {
      const spool = new Spool(root, disk);
      for (const claim of claimAll(spool, 'pipeline')) {
        await spool.release(claim, now, claim.name.tries - 1);
      }
    },
  });
});
