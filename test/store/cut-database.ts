/** A connection that is lost at one of its transactions, before or after it took effect. */
import { Database } from '../../src/store/sqlite.ts';

export class Lost extends Error {
  override readonly name = 'Lost';
}

export type LossAt = { readonly at: number; readonly moment: 'before' | 'after' };

export class CutDatabase extends Database {
  readonly #loss: LossAt | undefined;
  #depth = 0;
  /** Transactions that were begun. */
  begun = 0;

  constructor(path: string, loss?: LossAt) {
    super(path);
    this.#loss = loss;
  }

  override transaction<T>(work: () => T): T {
    if (this.#depth > 0) return super.transaction(work);
    const isLast = this.begun === this.#loss?.at;
    this.begun += 1;
    if (isLast && this.#loss?.moment === 'before') throw new Lost('before a transaction');
    this.#depth += 1;
    try {
      const result = super.transaction(work);
      if (isLast) throw new Lost('after a transaction');
      return result;
    } finally {
      this.#depth -= 1;
    }
  }
}
