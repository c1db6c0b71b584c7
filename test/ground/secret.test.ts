import assert from 'node:assert/strict';
import { it } from 'node:test';
import { growingWord } from '../../src/ground/secret.ts';

it('a growing word sorts behind those of before, and two of one moment differ', () => {
  const times = [
    0, 16, 1_795_000_000_000, 1_795_000_000_016, 4_000_000_000_000, 40_000_000_000_000,
  ];
  const words = times.map(growingWord);
  assert.deepEqual([...words].sort(), words);
  for (const word of words) assert.match(word, /^[0-9a-z]{16}$/);
  const many = new Set(Array.from({ length: 10_000 }, () => growingWord(5)));
  assert.equal(many.size, 10_000);
});
