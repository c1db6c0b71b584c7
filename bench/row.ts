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

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
