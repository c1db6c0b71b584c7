/** The entries that a worker has taken and not let go yet. */
import { priorities } from '../model/queues.ts';
import type { OpenClaim } from '../spool/spool.ts';
import type { Report } from './state.ts';

export class InHand {
  readonly #claims = new Map<string, { claim: OpenClaim; since: number }>();
  /** How many by priority: it is asked for the most urgent whenever anything happens. */
  readonly #counts = priorities.map(() => 0);

  get size(): number {
    return this.#claims.size;
  }

  add(claim: OpenClaim, since: number): void {
    this.delete(claim);
    this.#claims.set(claim.meta.id, { claim, since });
    this.#count(claim, 1);
  }

  delete(claim: OpenClaim): void {
    if (this.#claims.delete(claim.meta.id)) this.#count(claim, -1);
  }

  #count({ name }: OpenClaim, more: number): void {
    this.#counts[name.priority] = (this.#counts[name.priority] ?? 0) + more;
  }

  /** The priority of the most urgent; Infinity where there is nothing. */
  get mostUrgent(): number {
    const found = this.#counts.findIndex((count) => count > 0);
    return found < 0 ? Number.POSITIVE_INFINITY : found;
  }

  /** The one that is in hand longest, for people. */
  get current(): Report['current'] {
    const first = this.#claims.values().next().value;
    if (!first) return undefined;
    const { id, list } = first.claim.meta;
    return { id, ...(list === undefined ? {} : { list }), since: first.since };
  }
}
