/**
 * Entries that were in hand when a worker died. One of them may kill, so each is worked alone:
 * then only the killer is counted. Suspects and fresh entries take turns, so that neither a busy
 * queue nor a row of suspects keeps the others waiting.
 */
import type { EntryName } from '../spool/layout.ts';

export class Suspects {
  readonly #names = new Map<string, EntryName>();
  #turn = true;

  get size(): number {
    return this.#names.size;
  }

  /** True when it is a suspect's turn: nothing else may be taken before. */
  get due(): boolean {
    return this.#turn && this.#names.size > 0;
  }

  /** The same entry may be seen at every look at its queue. */
  add(name: EntryName): void {
    this.#names.set(name.id, name);
  }

  /** The fresh ones had their turn. */
  freshTaken(): void {
    this.#turn = true;
  }

  take(): EntryName | undefined {
    const [first] = this.#names.values();
    if (!first) return undefined;
    this.#names.delete(first.id);
    this.#turn = false;
    return first;
  }
}
