/** Whether the processors are all at work: then one more process would take time from the others. */
import { processorsWorked, type Worked } from '../ground/processors.ts';

/** Shorter looks say little: the system counts in hundredths of a second. */
const windowMs = 1000;
/** A look from long ago says nothing of now. */
const staleMs = 10_000;
/** So much of the time at work is as good as all. */
const fullShare = 0.9;

/** Looks at the processors while somebody wants to know. */
export class Crowd {
  readonly #worked: () => Worked;
  #last: Worked | undefined;
  #isCrowded = false;

  constructor(worked: () => Worked = processorsWorked) {
    this.#worked = worked;
  }

  /** How it was in the last second or so; not crowded, until it was looked at for that long. */
  look(): boolean {
    const now = this.#worked();
    const spanMs = now.at - (this.#last?.at ?? Number.NEGATIVE_INFINITY);
    if (!this.#last || spanMs > staleMs) this.#isCrowded = false;
    else if (spanMs < windowMs) return this.#isCrowded;
    else this.#isCrowded = (now.ms - this.#last.ms) / spanMs / now.processors >= fullShare;
    this.#last = now;
    return this.#isCrowded;
  }
}
