import assert from 'node:assert/strict';

const firstBackoffMs = 1_000;
const maxBackoffMs = 60_000;

/** One of several MTAs. Weight 0: only while all others are down. */
export type WeightedRelay<Relay> = { readonly relay: Relay; readonly weight: number };

type Standing<Relay> = {
  readonly relay: Relay;
  readonly weight: number;
  /** Its turn in the smooth round robin: rises by the weight, falls when it is chosen. */
  turn: number;
  backoffMs: number;
  downUntil: number;
  /** Its time was up, and one caller is finding out. */
  onTrial: boolean;
};

/**
 * Chooses among several MTAs by weight, and passes over those that are down. Pure bookkeeping:
 * time is given (from a clock that only goes forward), and the same calls give the same choices.
 */
export class Relays<Relay> {
  readonly #standings: readonly Standing<Relay>[];

  constructor(relays: readonly WeightedRelay<Relay>[]) {
    assert(relays.length > 0, 'at least one relay');
    this.#standings = relays.map(({ relay, weight }) => {
      assert(Number.isFinite(weight) && weight >= 0, 'a weight is 0 or more');
      return { relay, weight, turn: 0, backoffMs: 0, downUntil: 0, onTrial: false };
    });
  }

  /**
   * The relay for the next connection; undefined while all are down. A relay whose time is up is
   * tried by one caller, and by others only when that went well or its time is up again. One that
   * is full is passed over where another one is not.
   */
  pick(now: number, isFull: (relay: Relay) => boolean = () => false): Relay | undefined {
    const up = this.#standings.filter((standing) => standing.downUntil <= now);
    const wanted = up.filter((standing) => standing.weight > 0);
    const usable = wanted.length > 0 ? wanted : up;
    const free = usable.filter(({ relay }) => !isFull(relay));
    const chosen = nextInTurn(free.length > 0 ? free : usable);
    if (chosen === undefined) return undefined;
    if (chosen.backoffMs > 0) {
      chosen.downUntil = now + chosen.backoffMs;
      chosen.onTrial = true;
    }
    return chosen.relay;
  }

  /** Those that it chooses from while nothing changes: not down, nor known to have been. */
  get usable(): readonly Relay[] {
    const well = this.#standings.filter(({ backoffMs }) => backoffMs === 0);
    const wanted = well.filter(({ weight }) => weight > 0);
    return (wanted.length > 0 ? wanted : well).map(({ relay }) => relay);
  }

  /** It refused, hung up, timed out or said 421: leave it alone for a while, each time longer. */
  failed(relay: Relay, now: number): void {
    const standing = this.#standing(relay);
    // Several connections that break together are one failure.
    if (standing.downUntil > now && !standing.onTrial) return;
    standing.onTrial = false;
    standing.backoffMs = Math.min(Math.max(standing.backoffMs * 2, firstBackoffMs), maxBackoffMs);
    standing.downUntil = now + standing.backoffMs;
  }

  /** It took something. */
  succeeded(relay: Relay): void {
    const standing = this.#standing(relay);
    standing.backoffMs = 0;
    standing.downUntil = 0;
    standing.onTrial = false;
  }

  /** True for a stopgap that is no longer needed: one of the others may be tried. */
  isRelieved(relay: Relay, now: number): boolean {
    if (this.#standing(relay).weight > 0) return false;
    return this.#standings.some((one) => one.weight > 0 && one.downUntil <= now);
  }

  /** When the first of them may be tried again, if all are down now. */
  pausedUntil(now: number): number | undefined {
    const first = Math.min(...this.#standings.map((standing) => standing.downUntil));
    return first > now ? first : undefined;
  }

  #standing(relay: Relay): Standing<Relay> {
    const standing = this.#standings.find((one) => one.relay === relay);
    assert(standing !== undefined, 'a relay of these');
    return standing;
  }
}

/** Smooth weighted round robin: 3 to 1 gives a a b a, not a a a b. */
function nextInTurn<Relay>(standings: readonly Standing<Relay>[]): Standing<Relay> | undefined {
  let total = 0;
  let chosen: Standing<Relay> | undefined;
  for (const standing of standings) {
    const weight = standing.weight || 1;
    standing.turn += weight;
    total += weight;
    if (chosen === undefined || standing.turn > chosen.turn) chosen = standing;
  }
  if (chosen !== undefined) chosen.turn -= total;
  return chosen;
}
