import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ageText, bytesText } from '../../src/model/amounts.ts';

test('ages are written with the unit that says most', () => {
  const cases: [number, string][] = [
    [0, '0 ms'],
    [250, '250 ms'],
    [1000, '1 s'],
    [4500, '4.5 s'],
    [90_000, '90 s'],
    [300_000, '5 min'],
    [5_400_000, '90 min'],
    [129_600_000, '36 h'],
    [259_200_000, '3 d'],
  ];
  for (const [ms, text] of cases) assert.equal(ageText(ms), text);
});

test('bytes are written in binary units', () => {
  const cases: [number, string][] = [
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [512 * 1024 ** 2, '512 MiB'],
    [3 * 1024 ** 3, '3 GiB'],
  ];
  for (const [bytes, text] of cases) assert.equal(bytesText(bytes), text);
});
