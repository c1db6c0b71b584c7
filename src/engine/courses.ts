/** What servers say of a domain while a delivery is under way: the pace learns from it. */
import { uptimeMs } from '../ground/clock.ts';
import { addressAt } from '../model/recipients.ts';
import type { Delivery } from '../mta/delivery.ts';
import type { Answer } from '../mta/types.ts';

/** What was said of one delivery, counted by domain where it is worth it. */
export class Courses {
  readonly #delivery: Delivery;
  readonly #began = uptimeMs();
  /** As they were answered: one array for all of a transaction. */
  readonly #delivered: (readonly number[])[] = [];
  readonly #deferred: [number, Answer][] = [];

  constructor(delivery: Delivery) {
    this.#delivery = delivery;
  }

  hear(positions: readonly number[], answer: Answer): void {
    if (answer.kind === 'delivered') this.#delivered.push(positions);
    // A full mailbox says nothing about the server.
    const isOwn = /^4\.2\./.test(answer.enhanced ?? '');
    if (answer.kind !== 'deferred' || isOwn || !this.#isOfOneDomain(positions)) return;
    for (const position of positions) this.#deferred.push([position, answer]);
  }

  /** What is said to many at once is said by the MTA, not by the servers of their domains. */
  #isOfOneDomain([first = 0, ...others]: readonly number[]): boolean {
    const domain = domainAt(this.#delivery, first);
    return others.every((position) => domainAt(this.#delivery, position) === domain);
  }

  /** What each domain came to; nothing where nobody was deferred and nobody is slow. */
  worthTelling(all: boolean) {
    const found = new Map<
      string,
      { delivered: number; deferred: number; why: string; ms: number }
    >();
    if (!all && this.#deferred.length === 0) return found;
    const ms = uptimeMs() - this.#began;
    const at = (position: number) => {
      const domain = domainAt(this.#delivery, position);
      const known = found.get(domain) ?? { delivered: 0, deferred: 0, why: '', ms };
      found.set(domain, known);
      return known;
    };
    for (const position of this.#delivered.flat()) at(position).delivered += 1;
    for (const [position, { code, text }] of this.#deferred) {
      const one = at(position);
      one.deferred += 1;
      one.why = `${code} ${text}`;
    }
    return found;
  }
}

/** The domain of a recipient, in lower case. */
export function domainAt({ recipients }: Delivery, position: number): string {
  const address = addressAt(recipients, position);
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
