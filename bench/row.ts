/** The shape of a row of the bench. */

export type Result = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What is wanted, for people. */
  readonly wanted: string;
  readonly holds: boolean;
};

export type Row = {
  readonly name: string;
  /** What it measures, one line. */
  readonly what: string;
  /** Runs only when it is named, as it takes many minutes or programs that few have. */
  readonly onlyNamed?: true;
  run(say: (line: string) => void): Promise<readonly Result[]>;
};

export function atLeast(name: string, value: number, unit: string, limit: number): Result {
  return { name, value, unit, wanted: `at least ${limit}`, holds: value >= limit };
}

export function atMost(name: string, value: number, unit: string, limit: number): Result {
  return { name, value, unit, wanted: `at most ${limit}`, holds: value <= limit };
}

/** A figure without a limit. */
export function told(name: string, value: number, unit: string): Result {
  return { name, value, unit, wanted: '-', holds: true };
}

/** What cannot be measured on this machine, and why: nothing is wrong with that. */
export function absent(name: string, why: string): Result {
  return { name, value: 0, unit: 'not here', wanted: why, holds: true };
}

/** A row that came to no figure. */
export function failed(name: string, why: string): Result {
  return { name, value: 0, unit: 'no figure', wanted: why, holds: false };
}

/** With so many digits after the point. */
export function rounded(value: number, digits = 0): number {
  return Number(value.toFixed(digits));
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
