import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dueBefore, volumePeriod } from '../../src/model/digest-time.ts';

const clock = {
  digestHour: 12,
  digestWeekday: 'monday',
  digestRhythm: 'daily',
  timeZone: 'UTC',
} as const;
const iso = (at: number | undefined) => at && new Date(at).toISOString();

describe('a volume', () => {
  const cases = [
    ['quarterly', '2026-01-31T12:00Z', '2026-Q1'],
    ['quarterly', '2026-03-31T12:00Z', '2026-Q1'],
    ['quarterly', '2026-04-01T12:00Z', '2026-Q2'],
    ['quarterly', '2026-12-31T12:00Z', '2026-Q4'],
    // The week belongs to the year of its Thursday.
    ['weekly', '2027-01-01T12:00Z', '2026-W53'],
    ['weekly', '2027-01-03T12:00Z', '2026-W53'],
    ['weekly', '2027-01-04T12:00Z', '2027-W1'],
    ['weekly', '2024-12-30T12:00Z', '2025-W1'],
    ['weekly', '2026-11-24T12:00Z', '2026-W48'],
    ['monthly', '2026-11-24T12:00Z', '2026-11'],
    ['yearly', '2026-11-24T12:00Z', '2026'],
    ['daily', '2026-11-24T12:00Z', '2026-11-24'],
  ] as const;
  for (const [turn, at, wanted] of cases) {
    test(`of ${turn} turns has on ${at} the name ${wanted}`, () => {
      assert.equal(volumePeriod(turn, Date.parse(at), 'UTC'), wanted);
    });
  }

  test('is counted by the clock of the list', () => {
    const at = Date.parse('2026-11-30T16:00Z');
    assert.equal(volumePeriod('monthly', at, 'Asia/Tokyo'), '2026-12');
    assert.equal(volumePeriod('daily', at, 'America/New_York'), '2026-11-30');
  });
});

describe('a digest is due', () => {
  const cases = [
    ['list', {}, '2026-11-24T11:59Z', '2026-11-23T12:00:00.000Z'],
    ['list', {}, '2026-11-24T12:00Z', '2026-11-24T12:00:00.000Z'],
    ['list', { digestRhythm: 'none' }, '2026-11-24T12:00Z', undefined],
    ['weekly', {}, '2026-11-24T12:00Z', '2026-11-23T12:00:00.000Z'],
    ['monthly', {}, '2026-11-24T12:00Z', '2026-11-01T12:00:00.000Z'],
    ['monthly', {}, '2026-12-01T11:00Z', '2026-11-01T12:00:00.000Z'],
    ['list', { timeZone: 'Asia/Kolkata' }, '2026-11-24T12:00Z', '2026-11-24T06:30:00.000Z'],
    // The clocks went back at 01:00 UTC on that day, and forward on the other.
    ['list', { timeZone: 'Europe/Berlin' }, '2026-10-25T08:00Z', '2026-10-24T10:00:00.000Z'],
    ['list', { timeZone: 'Europe/Berlin' }, '2026-10-25T12:00Z', '2026-10-25T11:00:00.000Z'],
    ['list', { timeZone: 'Europe/Berlin' }, '2026-03-29T09:00Z', '2026-03-28T11:00:00.000Z'],
  ] as const;
  for (const [rhythm, more, now, wanted] of cases) {
    test(`${rhythm} ${JSON.stringify(more)} at ${now}: ${wanted}`, () => {
      assert.equal(iso(dueBefore(rhythm, { ...clock, ...more }, Date.parse(now))), wanted);
    });
  }
});
