/**
 * How many connections a relay can do with, learnt from how long it takes over a message.
 *
 * While it takes about as long as it does at its best, there is one connection more each round, up
 * to what may be. When it takes several times as long, more connections only make it slower: half
 * of them are given up. A relay that is just as slow with one connection is slow by itself: then
 * that is its best, and what is gained by more connections is tried again.
 *
 * A relay that says "later" to nearly everybody is given half of them, too, each round; when it is
 * well again, one more each round.
 */

/** How a relay does. */
export type Strain = {
  /** Connections that it is given now, and could be given. */
  readonly lanes: number;
  readonly most: number;
  /** What it took over a message lately, and what it takes at its best. */
  readonly ms: number;
  readonly usualMs: number;
  /** Which share of the recipients it put off lately. */
  readonly laterShare: number;
};

/** Nothing is judged by less than this. */
const roundMs = 1000;
const leastAnswers = 4;
/** So many times its best, and so much more, is strain; a busy machine of our own is less. */
const strainTimes = 4;
const strainMs = 250;
/** So many of its recipients, and it is the relay that wants to be left alone, not a domain. */
const stormShare = 0.9;
const leastHeard = 20;
/** The best of so long counts: a relay may be moved to a slower machine. */
const memoryMs = 300_000;

/** The connections of one relay. `lanes` of them may be used at once. */
export class Pressure {
  readonly #most: number;
  readonly #changed: (strain: Strain) => void;
  lanes: number;
  #sumMs = 0;
  #count = 0;
  #since = Number.NaN;
  /** The best of the present span, and of the one before. */
  #best = Number.POSITIVE_INFINITY;
  #bestBefore = Number.POSITIVE_INFINITY;
  #spanSince = Number.NaN;
  #heard = 0;
  #later = 0;
  #heardSince = Number.NaN;
  #laterShare = 0;
  /** What a storm took away is not all given back. */
  #isLowered = false;

  /** `changed` is told of each round in which fewer connections than `most` are used. */
  constructor(most: number, changed: (strain: Strain) => void) {
    this.#most = most;
    this.lanes = most;
    this.#changed = changed;
  }

  /** It took so long over a message; `now` only goes forward. */
  took(ms: number, now: number): void {
    if (Number.isNaN(this.#since)) this.#begin(now);
    this.#sumMs += ms;
    this.#count += 1;
    // Of single ones: the first that are offered at once do not wait for one another.
    if (ms < this.#best) this.#best = ms;
    // Twice as many as can be under way: half of them were begun under what holds now.
    if (now - this.#since < roundMs || this.#count < Math.max(leastAnswers, this.lanes * 2)) return;
    // How quickly it puts off nearly all says nothing.
    if (!this.#isLowered) this.#judge(this.#sumMs / this.#count, now);
    this.#begin(now);
  }

  /** It answered for so many recipients, with a 4xx or for good. */
  heard(count: number, isLater: boolean, now: number): void {
    if (Number.isNaN(this.#heardSince)) this.#heardSince = now;
    this.#heard += count;
    if (isLater) this.#later += count;
    if (now - this.#heardSince < roundMs || this.#heard < leastHeard) return;
    this.#laterShare = this.#later / this.#heard;
    this.#heardSince = now;
    this.#heard = 0;
    this.#later = 0;
    if (this.#isStorm) this.#isLowered = true;
    else if (!this.#isLowered) return;
    this.lanes = this.#isStorm
      ? Math.max(1, Math.floor(this.lanes / 2))
      : Math.min(this.#most, this.lanes + 1);
    if (this.lanes === this.#most) this.#isLowered = false;
    this.#tell(0, 0);
  }

  get #isStorm(): boolean {
    return this.#laterShare >= stormShare;
  }

  #tell(ms: number, usualMs: number): void {
    const { lanes } = this;
    this.#changed({ lanes, most: this.#most, ms, usualMs, laterShare: this.#laterShare });
  }

  #judge(ms: number, now: number): void {
    const before = this.lanes;
    const usualMs = Math.min(this.#best, this.#bestBefore);
    const isStrained = ms > usualMs * strainTimes && ms > usualMs + strainMs;
    if (!isStrained) this.lanes = Math.min(this.#most, before + 1);
    else if (before > 1) this.lanes = Math.floor(before / 2);
    else {
      this.#best = ms;
      this.#bestBefore = ms;
    }
    this.#forget(now);
    if (before === this.#most && this.lanes === before) return;
    this.#tell(ms, usualMs);
  }

  #forget(now: number): void {
    if (Number.isNaN(this.#spanSince)) this.#spanSince = now;
    if (now - this.#spanSince < memoryMs) return;
    this.#bestBefore = this.#best;
    this.#best = Number.POSITIVE_INFINITY;
    this.#spanSince = now;
  }

  #begin(now: number): void {
    this.#since = now;
    this.#sumMs = 0;
    this.#count = 0;
  }
}
