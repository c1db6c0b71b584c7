/** A part of each day, and when it ends. */

export type Hours = { readonly from: number; readonly to: number };

const dayMinutes = 1440;

/** Reads `22:00-07:00`, as minutes of the day; undefined where it is none. */
export function readHours(text: string): Hours | undefined {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-4]):([0-5]\d)$/.exec(text.trim());
  if (!match) return undefined;
  const [, h1, m1, h2, m2] = match;
  const from = Number(h1) * 60 + Number(m1);
  const to = Number(h2) * 60 + Number(m2);
  return to > dayMinutes || from === to % dayMinutes ? undefined : { from, to: to % dayMinutes };
}

/** When the hours that it is now in are over, ms; undefined outside them. */
export function endOfHours(hours: Hours, timeZone: string, now: number): number | undefined {
  const minute = minuteOfDay(timeZone, now);
  const within =
    hours.from < hours.to
      ? minute >= hours.from && minute < hours.to
      : minute >= hours.from || minute < hours.to;
  if (!within) return undefined;
  const left = (hours.to - minute + dayMinutes) % dayMinutes;
  // On the night of a clock change this is an hour off; whoever waits asks again then.
  return Math.floor(now / 60_000) * 60_000 + left * 60_000;
}

/** When the hours in which a list is quiet are over, ms; undefined outside them. */
export function quietUntil(
  { quietHours, timeZone }: { readonly quietHours: string; readonly timeZone: string },
  now: number,
): number | undefined {
  const hours = quietHours === '' ? undefined : readHours(quietHours);
  return hours && endOfHours(hours, timeZone, now);
}

function minuteOfDay(timeZone: string, now: number): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(now);
  const value = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return value('hour') * 60 + value('minute');
}
