/** Pulls the plug at every operation of a scene, and looks for the letters. */
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Ledger } from '../../src/engine/settle.ts';
import { type Disk, realDisk } from '../../src/ground/disk.ts';
import type { EntryId } from '../../src/model/ids.ts';
import type { QueueName } from '../../src/model/queues.ts';
import type { Store } from '../../src/store/store.ts';
import { chanceOf } from '../mail/chance.ts';
import { type Cut, cutDisk, cutLedger, cutsOf, Fuse } from './cut-disk.ts';
import { freshId, makeSpool } from './office.ts';
import { Platter, type Survival } from './platter.ts';

/** What a scene acts on: all of it ends when the fuse blows. */
export type House = {
  readonly root: string;
  readonly disk: Disk;
  readonly ledger: Ledger;
  /** For what only reads. */
  readonly store: Store;
};

/** Does something beyond the house at one moment: before it the world may end, or after it. */
export type Outside = <T>(name: string, run: () => T) => T;

/** What those find who come afterwards. */
export type After = {
  readonly root: string;
  readonly store: Store;
  readonly id: EntryId;
  readonly heard: boolean;
  /** What is left of what was written. */
  readonly left: Survival['kind'];
};

export type Scene = {
  readonly name: string;
  readonly queues: readonly QueueName[];
  /** Lays what there is at the start. */
  setUp(root: string, id: EntryId): void | Promise<void>;
  /** What is interrupted. */
  act(house: House, id: EntryId, outside: Outside): Promise<void>;
  /** New workers take over; `heard` is whether `act` came to its end. Throws when mail is. */
  check(after: After): Promise<void>;
};

export type Bench = { readonly root: string };

/** Runs a scene to its end, and once for every cut and every way to survive it. */
export async function pullEverywhere(
  bench: Bench,
  store: Store,
  scene: Scene,
  seed = 1,
): Promise<number> {
  const operations = await play(bench, store, scene, undefined, 'all', seed);
  let runs = 1;
  // The last end is the one after all is done: what was said yes to must be there then.
  for (const cut of [...cutsOf(operations), undefined]) {
    for (const kind of ['all', 'synced', 'some'] as const) {
      seed += 1;
      runs += 1;
      try {
        await play(bench, store, scene, cut, kind, seed);
      } catch (error) {
        const where = cut
          ? `${cut.moment} operation ${cut.at} (${operations[cut.at]})`
          : 'at the end';
        const text = `${scene.name}: the power went off ${where}; left: ${kind}; seed ${seed}`;
        throw new Error(text, { cause: error });
      }
    }
  }
  return runs;
}

/** One run; gives the names of the operations. */
export async function play(
  bench: Bench,
  store: Store,
  scene: Scene,
  cut: Cut | undefined,
  kind: Survival['kind'],
  seed: number,
): Promise<readonly string[]> {
  const id = freshId();
  const root = join(bench.root, id);
  mkdirSync(root);
  makeSpool(root, scene.queues);
  await scene.setUp(root, id);
  const { heard, operations } = await interrupt(scene, store, root, id, cut, kind, seed);
  await scene.check({ root, store, id, heard, left: kind });
  return operations;
}

/** Acts until the cut, and leaves what the next worker finds. */
export async function interrupt(
  scene: Scene,
  store: Store,
  root: string,
  id: EntryId,
  cut: Cut | undefined,
  kind: Survival['kind'],
  seed: number,
): Promise<{ heard: boolean; operations: readonly string[] }> {
  const fuse = new Fuse(cut);
  const platter = kind === 'all' ? undefined : new Platter(root);
  const disk = cutDisk(realDisk, fuse, platter);
  const heard = await ended(() => {
    const outside: Outside = (name, run) => fuse.step(name, run);
    return scene.act({ root, disk, ledger: cutLedger(store, fuse), store }, id, outside);
  }, fuse);
  await fuse.rest();
  if (platter) aftermath(root, platter, kind, seed);
  return { heard, operations: fuse.done };
}

/** True when it came to its end, false when it was interrupted. */
async function ended(act: () => Promise<void>, fuse: Fuse): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (!fuse.blown) throw error;
    return false;
  }
}

/** The tree as the next worker finds it after a power cut; a killed process leaves all it did. */
function aftermath(root: string, platter: Platter, kind: Survival['kind'], seed: number): void {
  const dice = chanceOf(seed);
  const chance = () => dice.number(2 ** 20) / 2 ** 20;
  platter.restore(`${root}-left`, kind === 'some' ? { kind, chance } : { kind });
  renameSync(root, `${root}-${seed}`);
  renameSync(`${root}-left`, root);
}
