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

const night = { timeZone: 'Europe/Berlin', digestHour: 2 };

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
    // Two o'clock was twice on the one day, and never on the other.
    ['list', night, '2026-10-24T23:59Z', '2026-10-24T00:00:00.000Z'],
    ['list', night, '2026-10-25T00:00Z', '2026-10-25T00:00:00.000Z'],
    ['list', night, '2026-10-25T01:00Z', '2026-10-25T00:00:00.000Z'],
    ['list', night, '2026-10-25T01:59Z', '2026-10-25T00:00:00.000Z'],
    ['list', night, '2026-10-26T01:00Z', '2026-10-26T01:00:00.000Z'],
    ['list', night, '2026-03-29T00:59Z', '2026-03-28T01:00:00.000Z'],
    ['list', night, '2026-03-29T01:00Z', '2026-03-29T01:00:00.000Z'],
    ['list', night, '2026-03-30T00:00Z', '2026-03-30T00:00:00.000Z'],
    ['monthly', night, '2026-03-29T02:00Z', '2026-03-01T01:00:00.000Z'],
  ] as const;
  for (const [rhythm, more, now, wanted] of cases) {
    test(`${rhythm} ${JSON.stringify(more)} at ${now}: ${wanted}`, () => {
      assert.equal(iso(dueBefore(rhythm, { ...clock, ...more }, Date.parse(now))), wanted);
    });
  }

  test('once on each day, at any hour, wherever and however clocks are changed', () => {
    const changes = [
      ['Europe/Berlin', '2026-03-29'],
      ['Europe/Berlin', '2026-10-25'],
      ['America/New_York', '2026-11-01'],
      // By half an hour, and at midnight.
      ['Australia/Lord_Howe', '2026-10-03'],
      ['America/Santiago', '2026-09-06'],
    ] as const;
    for (const [timeZone, day] of changes) {
      for (const digestHour of [0, 1, 2, 3, 23]) {
        const from = Date.parse(`${day}T00:00Z`) - 36 * 3_600_000;
        const looks = Array.from({ length: 3 * 48 }, (_, n) => from + n * 1_800_000);
        const due = looks.map((now) => dueBefore('daily', { ...clock, timeZone, digestHour }, now));
        const where = `${timeZone} ${day} ${digestHour}`;
        assert.deepEqual(due, [...due].sort(), where);
        // Three days: the last turn before them, and one on each.
        const turns = [...new Set(due)].filter((at) => Number(at) > from);
        assert.equal(turns.length, 3, where);
      }
    }
  });
});
