/** A repeatable source of chance: the same seed gives the same numbers (mulberry32). */
export type Chance = {
  /** 0 up to, not including, `below`. */
  readonly number: (below: number) => number;
  readonly pick: <T>(from: readonly T[]) => T;
};

/** The seed of this run: from LISTMILL_SEED to repeat one, else a new one. */
export function newSeed(): number {
  const { LISTMILL_SEED = Math.floor(Math.random() * 2 ** 31) } = process.env;
  return Number(LISTMILL_SEED);
}

export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const number = (below: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
  const pick = <T>(from: readonly T[]): T => {
    const found = from[number(from.length)];
    if (found === undefined) throw new Error('nothing to pick from');
    return found;
  };
  return { number, pick };
}
