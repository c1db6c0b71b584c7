/** How failures add up to a decision about an address. Pure: the store keeps the sums. */
import type { Cause } from './diagnosis.ts';

const dayMs = 86_400_000;

/**
 * What one failure weighs. Only a dead address counts in full: a full or suspended mailbox may
 * come back, and what policy, spam filters, DMARC and size limits refuse is ours to mend.
 */
export const weights: Readonly<Record<Cause, number>> = {
  dead: 1,
  full: 0.5,
  suspended: 0.5,
  expired: 0.5,
  routing: 0.5,
  unknown: 0.5,
  policy: 0,
  spam: 0,
  dmarc: 0,
  size: 0,
};

/** Whose fault it is: such failures are shown to the owner and score nobody. */
export function isOurs(cause: Cause): boolean {
  return weights[cause] === 0;
}

export type Score = {
  readonly score: number;
  /** When a failure was counted last, ms; null: never, or it was taken back. */
  readonly countedAt: number | null;
};

export type ScoreRules = {
  readonly bounceThreshold: number;
  readonly bounceStaleDays: number;
};

export type Weighed = Score & {
  /** `over`: the threshold is reached. */
  readonly kind: 'ours' | 'same-day' | 'counted' | 'over';
  /** What was added. */
  readonly weight: number;
};

/** The day of a time, UTC. */
export function dayOf(at: number): number {
  return Math.floor(at / dayMs);
}

/** Adds a failure to a score: at most one a day, and an old score is forgotten first. */
export function weigh(
  old: Score,
  cause: Cause,
  now: number,
  { bounceThreshold, bounceStaleDays }: ScoreRules,
): Weighed {
  const weight = weights[cause];
  if (weight === 0) return { ...old, kind: 'ours', weight: 0 };
  const { countedAt } = old;
  if (countedAt !== null && dayOf(countedAt) === dayOf(now)) {
    return { ...old, kind: 'same-day', weight: 0 };
  }
  const stale = isStale(old, now, bounceStaleDays);
  const score = (stale ? 0 : old.score) + weight;
  return { score, countedAt: now, weight, kind: score >= bounceThreshold ? 'over' : 'counted' };
}

/** Nothing was counted for so many days: what was before means nothing any more. */
export function isStale({ countedAt }: Score, now: number, staleDays: number): boolean {
  return countedAt !== null && now - countedAt > staleDays * dayMs;
}
