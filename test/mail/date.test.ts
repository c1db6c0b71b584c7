import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDate, parseDate } from '../../src/mail/date.ts';
import { chanceOf, newSeed } from './chance.ts';

test('a date is written as RFC 5322 has it', () => {
  assert.equal(formatDate(0), 'Thu, 01 Jan 1970 00:00:00 +0000');
  assert.equal(formatDate(1_700_000_000_000), 'Tue, 14 Nov 2023 22:13:20 +0000');
  assert.equal(formatDate(0, 330), 'Thu, 01 Jan 1970 05:30:00 +0530');
  assert.equal(formatDate(0, -90), 'Wed, 31 Dec 1969 22:30:00 -0130');
});

test('a date is read as people and programs write it', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['Tue, 24 Nov 2026 06:48:24 +0100', '2026-11-24T05:48:24Z'],
    ['Tue,24 Nov 2026 06:48:24 -0330', '2026-11-24T10:18:24Z'],
    ['24 Nov 2026 06:48 +0000', '2026-11-24T06:48:00Z'],
    ['Tue, 24 Nov 2026 06:48:24 GMT', '2026-11-24T06:48:24Z'],
    ['Tue, 24 Nov 2026 06:48:24 EST (whatever)', '2026-11-24T11:48:24Z'],
    ['Tue, 24 Nov 2026 06:48:24 GMT+0200', '2026-11-24T04:48:24Z'],
    ['Tue, 24 (day) Nov 2026 06:48:24', '2026-11-24T06:48:24Z'],
    ['Tuesday, 24 November 2026 6:48:24 PST', '2026-11-24T14:48:24Z'],
    ['24 Nov 96 06:48:24 +0000', '1996-11-24T06:48:24Z'],
    ['24 Nov 26 06:48:24 +0000', '2026-11-24T06:48:24Z'],
    ['24 Nov 126 06:48:24 +0000', '2026-11-24T06:48:24Z'],
    ['24-Nov-2026 06:48:24 +0000', '2026-11-24T06:48:24Z'],
    ['Tue Nov 24 06:48:24 2026', '2026-11-24T06:48:24Z'],
    ['Tue Nov 24 06:48:24 CET 2026', '2026-11-24T05:48:24Z'],
    ['Tue Nov 24 06:48:24 2026 +0200', '2026-11-24T04:48:24Z'],
    ['2026-11-24 06:48:24 +01:00', '2026-11-24T05:48:24Z'],
    ['2026-11-24T06:48:24.123Z', '2026-11-24T06:48:24Z'],
    ['31 Dec 2016 23:59:60 +0000', '2016-12-31T23:59:59Z'],
    ['29 Feb 2024 00:00:00 +0000', '2024-02-29T00:00:00Z'],
    ['29 Feb 2023 00:00:00 +0000', undefined],
    ['32 Jan 2023 00:00:00 +0000', undefined],
    ['24 Foo 2026 06:48:24 +0000', undefined],
    ['24 Nov 2026 25:00:00 +0000', undefined],
    ['24 Nov 2026 06:48:24 +9999', '2026-11-24T06:48:24Z'],
    ['', undefined],
    ['yesterday', undefined],
    ['((((', undefined],
  ];
  for (const [text, wanted] of cases) {
    const ms = parseDate(text);
    const read = ms === undefined ? undefined : new Date(ms).toISOString().replace('.000', '');
    assert.equal(read, wanted, text);
  }
});

test('what is written is read back', () => {
  const seed = newSeed();
  console.log(`seed ${seed}`);
  const chance = chanceOf(seed);
  for (let i = 0; i < 2000; i++) {
    const ms = chance.number(4_000_000_000) * 1000;
    assert.equal(parseDate(formatDate(ms, chance.number(48) * 30 - 720)), ms);
  }
});
