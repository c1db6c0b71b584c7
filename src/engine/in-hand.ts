/** The entries that a worker has taken and not let go yet. */
import type { OpenClaim } from '../spool/spool.ts';
import type { Report } from './state.ts';

export class InHand {
  readonly #claims = new Map<string, { claim: OpenClaim; since: number }>();

  get size(): number {
    return this.#claims.size;
  }

  add(claim: OpenClaim, since: number): void {
    this.#claims.set(claim.meta.id, { claim, since });
  }

  delete(claim: OpenClaim): void {
    this.#claims.delete(claim.meta.id);
  }

  /** The priority of the most urgent; Infinity where there is nothing. */
  get mostUrgent(): number {
    return Math.min(...[...this.#claims.values()].map(({ claim }) => claim.name.priority));
  }

  /** The one that is in hand longest, for people. */
  get current(): Report['current'] {
    const first = this.#claims.values().next().value;
    if (!first) return undefined;
    const { id, list } = first.claim.meta;
    return { id, ...(list === undefined ? {} : { list }), since: first.since };
  }
}
