/**
 * Waiting for the writers' turn. SQLite's own way to wait sleeps for up to 100 ms between looks,
 * and who comes back at once is always faster: beside busy writers one waited for seconds. Short
 * naps find the gap between two of them.
 */
import { uptimeMs } from './clock.ts';

/** Between two looks: short at first, ms. */
const shortNapMs = 0.2;
const longNapMs = 2;
const shortNapsMs = 200;
/** Never written: it is only slept on. */
const bed = new Int32Array(new SharedArrayBuffer(4));

/** Begins, again and again while another one writes, for `maxMs` at most. */
export function takeTurn(begin: () => void, isBusy: (error: unknown) => boolean, maxMs: number) {
  const came = uptimeMs();
  for (;;) {
    try {
      return begin();
    } catch (error) {
      const waited = uptimeMs() - came;
      if (!isBusy(error) || waited > maxMs) throw error;
      Atomics.wait(bed, 0, 0, waited < shortNapsMs ? shortNapMs : longNapMs);
    }
  }
}
