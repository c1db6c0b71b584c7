/** How fast mail may go: counting in a sliding window, and slowing down when a server asks for it. */

/** What was counted in the present window and in the one before it. */
export type Window = { readonly start: number; readonly current: number; readonly before: number };

/** So many messages in so much time. */
export type Rate = { readonly most: number; readonly perMs: number };

/** A window in which nothing was counted. */
export const emptyWindow: Window = { start: 0, current: 0, before: 0 };

/** The windows as they stand at a time. A clock that went back begins anew. */
export function windowAt(window: Window, perMs: number, now: number): Window {
  const start = Math.floor(now / perMs) * perMs;
  if (start === window.start) return window;
  const follows = window.start === start - perMs;
  return { start, current: 0, before: follows ? window.current : 0 };
}

/**
 * How many may go now. The last `perMs` are the present window, and of the one before it as much
 * as they reach back into it, taken as even.
 */
export function roomIn(window: Window, { most, perMs }: Rate, now: number): number {
  const { start, current, before } = windowAt(window, perMs, now);
  const reach = 1 - (now - start) / perMs;
  return Math.max(0, Math.floor(most - current - before * reach));
}

/** When there is room again for a twentieth of what may go in a window, or for one. */
export function nextRoom(window: Window, { most, perMs }: Rate, now: number): number {
  const { start, current, before } = windowAt(window, perMs, now);
  const wanted = Math.max(1, Math.ceil(most / 20));
  const left = most - current - wanted;
  // In this window what was before fades; in the next one what is now is what was before.
  if (left >= 0) return before === 0 ? now : atLeast(now, start + perMs * (1 - left / before));
  const next = start + perMs;
  return atLeast(now, next + perMs * Math.max(0, 1 - (most - wanted) / Math.max(1, current)));
}

function atLeast(now: number, at: number): number {
  return Math.max(now + 1, Math.ceil(at));
}

/** A server that asked us to slow down. */
export type Slow = {
  /** Messages a second. */
  readonly rate: number;
  /** Nothing before this time. */
  readonly until: number;
  /** How often it asked in succession. */
  readonly strikes: number;
  /** Its words. */
  readonly why: string;
  readonly at: number;
};

/** What a hand-over to one domain came to. */
export type Course = {
  readonly delivered: number;
  /** Those who are to wait for a reason that is not their own mailbox's. */
  readonly deferred: number;
  readonly why: string;
  readonly ms: number;
};

/** Fewer than this are greylisting or chance. */
const fewDeferred = 5;
const firstRestMs = 30_000;
/** No rest is longer. */
export const maxRestMs = 3_600_000;
const leastRate = 0.05;
/** Above this nothing is slow. */
const fullRate = 100;
/** Faster again after so long without trouble. */
const easeMs = 30_000;
const ease = 1.5;

/**
 * How slow to be from now on: half as fast, after a rest, when half of it was deferred; somewhat
 * faster when all went well for a while; undefined: as fast as it goes.
 */
export function slower(known: Slow | undefined, course: Course, now: number): Slow | undefined {
  const { delivered, deferred, why, ms } = course;
  if (deferred >= fewDeferred && deferred >= delivered) {
    const strikes = (known?.strikes ?? 0) + 1;
    const was = known?.rate ?? (delivered + deferred) / Math.max(1, ms / 1000);
    const rate = Math.min(fullRate, Math.max(leastRate, was / 2));
    const restMs = Math.min(maxRestMs, firstRestMs * 2 ** (strikes - 1));
    return { rate, until: now + restMs, strikes, why, at: now };
  }
  if (!known || deferred > 0 || delivered === 0 || now - known.at < easeMs) return known;
  const rate = known.rate * ease;
  if (rate >= fullRate) return undefined;
  return { ...known, rate, strikes: Math.max(0, known.strikes - 1), at: now };
}

/** The limit that a slow server means, over ten seconds so that less than one a second is one. */
export function rateOf({ rate }: Slow): Rate {
  return rate < 1
    ? { most: 1, perMs: Math.ceil(1000 / rate) }
    : { most: Math.floor(rate * 10), perMs: 10_000 };
}

const dayMs = 86_400_000;

/** What a warm-up plan allows today; undefined before its first day and after its last one. */
export function warmUpRate(plan: readonly number[], from: number, now: number): Rate | undefined {
  const most = plan[Math.floor((now - from) / dayMs)];
  return now < from || most === undefined ? undefined : { most, perMs: dayMs };
}
