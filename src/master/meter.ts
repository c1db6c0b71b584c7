/** Rates over the last minute, from beats that come when they come. Pure. */

export type Sample = { readonly at: number; readonly done: number; readonly cpuMs: number };

/** Rates are those of the last minute. */
export const windowMs = 60_000;
/** Beats that come closer together than this share a sample. */
const gapMs = 4000;

/** The samples of one process, oldest first: one before the window, the rest in it. */
export function addSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  const before = samples.at(-2);
  const close = last && before && sample.at - before.at < gapMs;
  const kept = close ? [...samples.slice(0, -1), sample] : [...samples, sample];
  const first = kept.findLastIndex(({ at }) => at <= sample.at - windowMs);
  return kept.slice(Math.max(0, first));
}

/** Per minute, and per cent of one core. */
export function rates(samples: readonly Sample[]): { perMinute: number; cpuPercent: number } {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last || last.at <= first.at) return { perMinute: 0, cpuPercent: 0 };
  const spanMs = last.at - first.at;
  return {
    perMinute: ((last.done - first.done) * 60_000) / spanMs,
    cpuPercent: ((last.cpuMs - first.cpuMs) * 100) / spanMs,
  };
}
