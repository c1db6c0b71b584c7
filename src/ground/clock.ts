/** The only file that asks the time of day. Everything else is given `now` in ms since 1970. */

export type Clock = { now(): number };

/** The clock on the wall: may jump either way, so durations are never taken from it. */
export const wallClock: Clock = { now: () => Date.now() };

/** Milliseconds that only ever go forward: for rates and time-outs inside one process. */
export function uptimeMs(): number {
  return performance.now();
}

/** Microseconds of the machine's own clock (CLOCK_MONOTONIC), as systemd counts them. */
export function monotonicUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
