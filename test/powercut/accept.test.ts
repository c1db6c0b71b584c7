/** The power goes off while mail comes in: yes is only said to what is on disk (I2). */
import { test } from 'node:test';
import type { Target } from '../../src/spool/intake.ts';
import { openBench } from './office.ts';
import { pullEverywhere } from './plug.ts';
import { acceptScene, target } from './scenes/accept.ts';
import { acceptBundleScene } from './scenes/bundle.ts';

const { bench, store } = await openBench();

const cases: readonly (readonly [string, readonly Target[]])[] = [
  ['one target', [target('incoming', 1)]],
  ['three targets', [target('incoming', 1), target('incoming', 2), target('command', 3)]],
  [
    'three, the first for another queue',
    [target('command', 1), target('bounce', 2), target('incoming', 3)],
  ],
];

test('messages given together: all who heard yes need not keep theirs', async (t) => {
  t.diagnostic(`${await pullEverywhere(bench, store, acceptBundleScene)} runs`);
});

for (const [name, targets] of cases) {
  test(`${name}: the giver who heard yes need not keep the message`, async (t) => {
    const runs = await pullEverywhere(bench, store, acceptScene(name, targets));
    t.diagnostic(`${runs} runs`);
  });
}
