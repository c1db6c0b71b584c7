/** The power goes off at every operation of joining: request, confirmation, welcome. */
import { test } from 'node:test';
import { openBench } from './office.ts';
import { pullEverywhere } from './plug.ts';
import { askScene, confirmScene } from './scenes/join.ts';

const { bench, store } = await openBench();

test('one message asks for confirmation, and its token is good, wherever it is cut off', async (t) => {
  t.diagnostic(`${await pullEverywhere(bench, store, askScene)} runs`);
});

test('who confirms is a member once and welcomed once, wherever it is cut off', async (t) => {
  t.diagnostic(`${await pullEverywhere(bench, store, confirmScene(store))} runs`);
});
