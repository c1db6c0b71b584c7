/** A recovery, as what is interrupted. */
import type { Store } from '../../../src/store/store.ts';
import type { Cut } from '../cut-disk.ts';
import { recoverAll } from '../office.ts';
import { interrupt, type Scene } from '../plug.ts';

/** What is interrupted is the recovery of what an interrupted settle has left. */
export function recoveryScene(scene: Scene, store: Store, cut: Cut, kind: 'all' | 'synced'): Scene {
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
