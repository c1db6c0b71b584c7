/** The power goes off at every operation of claim and settle, before, within and after (I1, I4). */
import { test } from 'node:test';
import { openBench } from './office.ts';
import { pullEverywhere } from './plug.ts';
import { type Play, settleScene } from './scenes/settle.ts';

const { bench, store } = await openBench();

const fates = ['finish', 'later', 'park'] as const;

for (const fate of fates) {
  for (const changes of [false, true]) {
    for (const puts of [0, 1, 3] as const) {
      // One put more or less makes no difference to how a claim is put back or parked.
      if (puts === 1 && fate !== 'finish') continue;
      const name = `${fate}, ${changes ? 'with' : 'without'} changes, ${puts} puts`;
      test(`${name}: every effect happens exactly once, wherever it is cut off`, async (t) => {
        const runs = await pullEverywhere(
          bench,
          store,
          settleScene(name, [{ fate, changes, puts }]),
        );
        t.diagnostic(`${runs} runs`);
      });
    }
  }
}

const group: readonly Play[] = [
  { fate: 'finish', changes: true, puts: 3 },
  { fate: 'later', puts: 1 },
  { fate: 'park', changes: true, puts: 1, lazily: true },
];

test('entries that are settled together are each committed or not', async (t) => {
  const runs = await pullEverywhere(bench, store, settleScene('group', group));
  t.diagnostic(`${runs} runs`);
});

test('puts that come one by one are handed on all or not at all', async () => {
  const scene = settleScene('lazily', [{ fate: 'finish', changes: true, puts: 3, lazily: true }]);
  await pullEverywhere(bench, store, scene);
});

test('puts that break off are not seen, and their entry is shunted', async () => {
  const plays: Play[] = [{ fate: 'finish', changes: true, puts: 3, breaks: true }];
  await pullEverywhere(bench, store, settleScene('breaks', plays));
});
