/** Members change their ways at random, between all steps: each posting reaches each of them once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rhythms } from '../../src/model/digest.ts';
import { chanceOf, newSeed } from '../mail/chance.ts';
import { digesting } from './digesting.ts';
import type { Stepped } from './stopped.ts';

const modes = ['regular', 'mime', 'plain', 'html'] as const;
const people = ['bob@x.example', 'cid@x.example', 'eve@x.example'];
const steps: readonly (readonly Stepped[])[] = [
  ['incoming'],
  ['incoming', 'pipeline'],
  ['digest'],
  ['mailing'],
];
const names = ['one', 'two', 'three', 'four', 'five', 'six'] as const;

test('no change of mode or rhythm loses or doubles a posting', async (t) => {
  const seed = newSeed();
  t.diagnostic(`LISTMILL_SEED=${seed}`);
  const { pick, number } = chanceOf(seed);
  await using on = await digesting({ digestPostings: 3 });
  for (const one of people) await on.add(one, pick(modes), pick(rhythms));
  const stir = async () => {
    if (number(2) === 0) await on.work(pick(steps));
    await on.change(pick(people), { mode: pick(modes), rhythm: pick(rhythms) });
    if (number(3) === 0) await on.work(pick(steps));
  };
  for (const name of names) {
    await stir();
    await on.lay(name);
    await stir();
    if (number(3) === 0) await on.turn(pick(rhythms));
  }
  await on.work();
  for (const rhythm of rhythms) await on.turn(rhythm);
  for (const one of people) assert.deepEqual(on.got(one), [...names].sort(), one);
});
