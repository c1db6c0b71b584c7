/** The values of a batch's copies, and signatures over them, made group by group. */
import type { Rendered } from '../mta/render.ts';
import type { Dispatched } from './dispatch.ts';
import type { Own } from './own-copies.ts';
import type { CopySigning } from './renderings.ts';

/** What stands in the holes of each copy of one batch. */
export class Copies {
  readonly #own: Own;
  readonly #holes: readonly number[];
  readonly #signing: CopySigning | undefined;
  /** Of those that are signed and not yet on their way. */
  readonly #ready = new Map<number, readonly string[]>();

  constructor(own: Own, holes: readonly number[], signing: CopySigning | undefined) {
    this.#own = own;
    this.#holes = holes;
    this.#signing = signing;
  }

  get isSigned(): boolean {
    return this.#signing !== undefined;
  }

  /** The values of one copy; where copies are signed, after `sign`. */
  values(index: number): readonly string[] {
    const signed = this.#ready.get(index);
    if (signed || !this.#signing) return signed ?? this.#own.values(index, this.#holes);
    throw new Error(`copy ${index} is not signed`);
  }

  /** Signs some copies. */
  async sign(indexes: readonly number[]): Promise<void> {
    const signing = this.#signing;
    if (!signing) return;
    const values = indexes.map((index) => this.#own.values(index, this.#holes));
    const brought = values.map((one) => signing.brought.map((number) => one[number] ?? ''));
    const made = await signing.sign(brought);
    for (const [n, index] of indexes.entries()) {
      this.#ready.set(index, [...(values[n] ?? []), ...(made[n] ?? [])]);
    }
  }

  /** Forgets copies that were handed over. */
  forget(indexes: readonly number[]): void {
    for (const index of indexes) this.#ready.delete(index);
  }
}

/** Copies whose signatures are made at a time, while those before are on their way. */
const signedTogether = 250;
/** Of messages that are read anew each time: the first one should not wait for long. */
const largeTogether = 16;

/** The recipients of a batch in groups that are sent one after the other. */
export function* groupsOf(
  unserved: readonly number[],
  copies: Copies | undefined,
  { body }: Rendered,
): Generator<readonly number[]> {
  if (!copies?.isSigned) {
    yield unserved;
    return;
  }
  const size = body.kind === 'held' ? signedTogether : largeTogether;
  for (let at = 0; at < unserved.length; at += size) yield unserved.slice(at, at + size);
}

/** Sends group after group; the next one is signed while one is on its way. */
export async function sendGroups(
  groups: Iterable<readonly number[]>,
  copies: Copies | undefined,
  send: (group: readonly number[]) => Promise<Dispatched>,
): Promise<Dispatched> {
  const inFlight: number[] = [];
  const all = [...groups];
  let held: Dispatched['held'];
  let signed = copies?.sign(all[0] ?? []);
  for (const [n, group] of all.entries()) {
    await signed;
    signed = copies?.sign(all[n + 1] ?? []);
    // Awaited in the next round; should sending fail first, its own failure is what counts.
    signed?.catch(() => undefined);
    const sent = await send(group);
    inFlight.push(...sent.inFlight);
    if (sent.held && (!held || sent.held.until < held.until)) held = sent.held;
    copies?.forget(group);
    if (sent.end.kind !== 'done') return { end: sent.end, inFlight, held };
  }
  return { end: { kind: 'done' }, inFlight, held };
}
