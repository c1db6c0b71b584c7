/** How amounts are written for people: always with the unit, never with false precision. */

const units: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
];

/** `250 ms`, `4.5 s`, `90 s`, `12 min`, `36 h`, `3 d`. */
export function ageText(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  // 90 s says more than 1.5 min; so does 36 h. Each unit is kept up to two of the next.
  const [unit, size] = units.find(([, unitMs]) => ms >= 2 * unitMs) ?? ['s', 1000];
  const count = ms / size;
  return `${count < 10 && unit === 's' ? trimmed(count) : Math.round(count)} ${unit}`;
}

/** `900 B`, `64 KiB`, `1.5 GiB`. */
export function bytesText(bytes: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let amount = bytes;
  let step = 0;
  while (amount >= 1024 && step < names.length - 1) {
    amount /= 1024;
    step++;
  }
  return `${step > 0 && amount < 10 ? trimmed(amount) : Math.round(amount)} ${names[step]}`;
}

function trimmed(count: number): string {
  return count.toFixed(1).replace(/\.0$/, '');
}
