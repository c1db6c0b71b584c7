/** Real processes are killed with SIGKILL at every operation; nothing is lost or done twice. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { EntryId } from '../../src/model/ids.ts';
import { openStore } from '../../src/store/store.ts';
import { type Cut, cutsOf } from '../powercut/cut-disk.ts';
import { freshId, makeBench, makeSpool, makeStore, now } from '../powercut/office.ts';
import type { Scene } from '../powercut/plug.ts';
import { scenes } from '../powercut/scenes/index.ts';

const program = join(import.meta.dirname, '../powercut/killed.js');
/** Processes at a time: as many as the smallest machine has cores. */
const atOnce = 2;
const bench = makeBench();
before(async () => (await makeStore(bench.root)).close());
after(() => bench[Symbol.dispose]());

type End = { readonly signal: string | null; readonly said: string };

function run(root: string, id: EntryId, scene: Scene, cut: Cut | undefined): Promise<End> {
  const where = cut ? [String(cut.at), cut.moment] : [];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, root, id, scene.name, ...where], (error, said, words) => {
      const signal = error?.signal ?? null;
      if (error && signal !== 'SIGKILL') reject(new Error(words, { cause: error }));
      else resolve({ signal, said });
    });
  });
}

/** One life and its end, and the life after. */
async function play(scene: Scene, cut: Cut | undefined): Promise<readonly string[]> {
  const id = freshId();
  const root = join(bench.root, id);
  mkdirSync(root);
  makeSpool(root, scene.queues);
  copyFileSync(join(bench.root, 'store.db'), join(root, 'store.db'));
  await scene.setUp(root, id);
  const { signal, said } = await run(root, id, scene, cut);
  const operations: readonly string[] = said === '' ? [] : JSON.parse(said);
  // What is written side by side may share a sync or not: a run may end before its cut.
  const isShorter = cut !== undefined && said !== '' && operations.length <= cut.at;
  assert.equal(signal, cut && !isShorter ? 'SIGKILL' : null);
  await using store = await openStore(join(root, 'store.db'), { now: () => now });
  try {
    await scene.check({ root, store, id, heard: said !== '', left: 'all' });
  } catch (error) {
    throw new Error(`killed ${cut?.moment} operation ${cut?.at}`, { cause: error });
  }
  return operations;
}

for (const scene of scenes) {
  test(`${scene.name}: a process may be killed at any operation`, async (t) => {
    const operations = await play(scene, undefined);
    // Killed before an operation is killed after the one before it.
    const cuts = [...cutsOf(operations)].filter(
      ({ at, moment }) => moment !== 'before' || at === 0,
    );
    const left = cuts.values();
    const work = async () => {
      for (const cut of left) await play(scene, cut);
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    t.diagnostic(`${cuts.length} kills`);
  });
}
