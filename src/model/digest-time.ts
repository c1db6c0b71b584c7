/** When digests are due, and which volume an issue belongs to, by the clock of the list. */
import type { Rhythm } from './digest.ts';
import type { Settings } from './settings.ts';

/** In the order of Date. */
export const weekdays = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;
/** How often a new volume may begin. */
export const volumeTurns = ['daily', 'weekly', 'monthly', 'quarterly', 'yearly'] as const;
export type VolumeTurn = (typeof volumeTurns)[number];

type Clock = Pick<Settings, 'digestHour' | 'digestWeekday' | 'digestRhythm' | 'timeZone'>;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The wall clock somewhere, as if it were UTC: arithmetic with days and hours then works. */
export function localTime(at: number, timeZone: string): number {
  const parts = new Map<string, number>();
  for (const { type, value } of formatter(timeZone).formatToParts(at)) {
    parts.set(type, Number(value));
  }
  const part = (name: string): number => parts.get(name) ?? 0;
  return Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(timeZone: string): Intl.DateTimeFormat {
  const found =
    formatters.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      hourCycle: 'h23',
    });
  formatters.set(timeZone, found);
  return found;
}

/** The last time before `now` at which a stream was to turn; undefined: it turns at no time. */
export function dueBefore(rhythm: Rhythm, clock: Clock, now: number): number | undefined {
  const wanted = rhythm === 'list' ? clock.digestRhythm : rhythm;
  if (wanted === 'none') return undefined;
  const { timeZone, digestHour, digestWeekday } = clock;
  const today = Math.floor(localTime(now, timeZone) / dayMs) * dayMs;
  // A stretch of days in which each rhythm turns once, the newest first.
  for (let day = today; day > today - 40 * dayMs; day -= dayMs) {
    if (!turnsOn(wanted, new Date(day), digestWeekday)) continue;
    const at = firstAt(day + digestHour * hourMs, timeZone);
    if (at <= now) return at;
  }
  return undefined;
}

/**
 * When a wall clock first shows a time. Where clocks are put back it does so twice; where they are
 * put forward it may never, and shows a later one from the moment at which it would have.
 */
export function firstAt(local: number, timeZone: string): number {
  const [before, after] = [local - dayMs, local + dayMs].map(
    (at) => local - (localTime(at, timeZone) - at),
  ) as [number, number];
  const earlier = Math.min(before, after);
  return localTime(earlier, timeZone) === local ? earlier : Math.max(before, after);
}

function turnsOn(rhythm: 'daily' | 'weekly' | 'monthly', day: Date, weekday: string): boolean {
  switch (rhythm) {
    case 'daily':
      return true;
    case 'weekly':
      return weekdays[day.getUTCDay()] === weekday;
    case 'monthly':
      return day.getUTCDate() === 1;
  }
}

/** The period in which a volume goes on: a new one begins when this is another. */
export function volumePeriod(turn: VolumeTurn, at: number, timeZone: string): string {
  const local = new Date(localTime(at, timeZone));
  const year = local.getUTCFullYear();
  const month = local.getUTCMonth();
  switch (turn) {
    case 'yearly':
      return `${year}`;
    case 'quarterly':
      return `${year}-Q${Math.floor(month / 3) + 1}`;
    case 'monthly':
      return `${year}-${month + 1}`;
    case 'weekly':
      return isoWeek(local);
    case 'daily':
      return local.toISOString().slice(0, 10);
  }
}

/** The week of ISO 8601 with the year that it belongs to, which is that of its Thursday. */
function isoWeek(local: Date): string {
  const day = Math.floor(local.getTime() / dayMs);
  // Day 0 was a Thursday; weeks begin on Monday.
  const thursday = day - ((((day + 3) % 7) + 7) % 7) + 3;
  const year = new Date(thursday * dayMs).getUTCFullYear();
  const first = Date.UTC(year, 0, 1) / dayMs;
  return `${year}-W${Math.floor((thursday - first) / 7) + 1}`;
}
