/** The power goes off while postings are archived: each is there once, whole, and findable. */
import { test } from 'node:test';
import { openBench } from './office.ts';
import { pullEverywhere } from './plug.ts';
import { archiveScene } from './scenes/archive.ts';
import { packScene } from './scenes/pack.ts';

const { bench, store } = await openBench();

test('each posting is archived once, in whatever order the rest comes again', async (t) => {
  for (const order of [1, -1] as const) {
    const scene = archiveScene(`order ${order}`, order, order === 1);
    const runs = await pullEverywhere(bench, store, scene);
    t.diagnostic(`${runs} runs`);
  }
});

test('a volume that is packed is whole at every moment', async (t) => {
  t.diagnostic(`${await pullEverywhere(bench, store, packScene)} runs`);
});
