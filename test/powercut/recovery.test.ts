/** The power goes off again and again while the successor recovers what was left. */
import { test } from 'node:test';
import { Spool } from '../../src/spool/spool.ts';
import { cutsOf } from './cut-disk.ts';
import { claimAll, now, openBench } from './office.ts';
import { play, pullEverywhere } from './plug.ts';
import { recoveryScene } from './scenes/recovery.ts';
import { type Play, settleScene } from './scenes/settle.ts';

const { bench, store } = await openBench();

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
        runs += await pullEverywhere(bench, store, recoveryScene(scene, store, cut, kind));
      }
    }
    t.diagnostic(`${runs} runs`);
  });
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
