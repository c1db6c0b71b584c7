/** Signs copies of one message that differ in places. */
import { BodyHasher } from './canonical.ts';
import type { SigningKey } from './key.ts';
import { castMold, foldBase64, type Mold, signText } from './sign.ts';

/** One signature to make: over what it covers, and over its own field with nothing behind `b=`. */
export type SignatureOrder = { readonly covered: Mold; readonly own: Mold; readonly key: number };

/** What each copy's signatures are made of. Numbers stand for values of the copy. */
export type SigningOrder = {
  /** The values that a copy brings: the n-th it brings is this number. */
  readonly brought: readonly number[];
  /** The number of the first value that is made here: the hash of the body where it differs. */
  readonly made: number;
  /**
   * Bytes of the body as SMTP has them, and values; undefined where the body is always the same.
   * `large`: it is hashed by whoever can read it piece by piece (`BodyHashes`).
   */
  readonly body: readonly (Uint8Array | number)[] | 'large' | undefined;
  readonly signatures: readonly SignatureOrder[];
};

/** Makes what `SigningOrder` asks for, copy after copy. */
export class CopySigner {
  readonly #order: SigningOrder;
  readonly #keys: readonly Pick<SigningKey, 'algorithm' | 'key'>[];
  /** The body up to where copies differ, hashed once. */
  readonly #start: BodyHasher | undefined;
  readonly #rest: readonly (Uint8Array | number)[];

  constructor(order: SigningOrder, keys: readonly Pick<SigningKey, 'algorithm' | 'key'>[]) {
    this.#order = order;
    this.#keys = keys;
    const body = order.body === 'large' ? [] : (order.body ?? []);
    const first = body.findIndex((piece) => typeof piece === 'number');
    const until = first < 0 ? body.length : first;
    this.#rest = body.slice(until);
    if (order.body === undefined || order.body === 'large') return;
    this.#start = new BodyHasher('relaxed');
    hashPieces(this.#start, body.slice(0, until), []);
  }

  /**
   * The values that were made, in their order; signatures are folded for a header. `bodyHash` is
   * that of this copy, where the body is large.
   */
  sign(brought: readonly string[], bodyHash?: string): string[] {
    const { made, signatures } = this.#order;
    const values = valuesOf(this.#order, brought);
    let next = made;
    if (bodyHash !== undefined) values[next++] = bodyHash;
    else if (this.#start) {
      const hasher = this.#start.copy();
      hashPieces(hasher, this.#rest, values);
      values[next++] = hasher.digest();
    }
    for (const { covered, own, key } of signatures) {
      const signer = this.#keys[key];
      if (!signer) throw new Error(`no signing key ${key}`);
      const text = castMold(covered, values) + castMold(own, values);
      values[next++] = foldBase64(signText(text, signer));
    }
    return values.slice(made);
  }
}

/** The values of a copy by their numbers. */
function valuesOf({ brought: numbers }: SigningOrder, brought: readonly string[]): string[] {
  const values: string[] = [];
  for (const [i, number] of numbers.entries()) values[number] = brought[i] ?? '';
  return values;
}

/** Hashes the bodies of several copies side by side, while the body is read once for all. */
export class BodyHashes {
  readonly #values: readonly (readonly string[])[];
  readonly #start = new BodyHasher('relaxed');
  #hashers: readonly BodyHasher[] | undefined;
  #isAfterValue = false;

  /** `copies`: what each brings. */
  constructor(order: SigningOrder, copies: readonly (readonly string[])[]) {
    this.#values = copies.map((brought) => valuesOf(order, brought));
  }

  /** The next piece of the body: bytes as SMTP has them, or the number of a value. */
  push(piece: Uint8Array | number): void {
    if (typeof piece === 'number') this.#hashers ??= this.#values.map(() => this.#start.copy());
    for (const [n, hasher] of (this.#hashers ?? [this.#start]).entries()) {
      hashPiece(hasher, piece, this.#values[n] ?? [], this.#isAfterValue);
    }
    this.#isAfterValue = typeof piece === 'number';
  }

  /** The hash of each copy's body. */
  digests(): string[] {
    return (this.#hashers ?? []).map((hasher) => hasher.digest());
  }
}

function hashPieces(
  hasher: BodyHasher,
  pieces: readonly (Uint8Array | number)[],
  values: readonly string[],
): void {
  let isAfterValue = false;
  for (const piece of pieces) {
    hashPiece(hasher, piece, values, isAfterValue);
    isAfterValue = typeof piece === 'number';
  }
}

function hashPiece(
  hasher: BodyHasher,
  piece: Uint8Array | number,
  values: readonly string[],
  isAfterValue: boolean,
): void {
  if (typeof piece === 'number') {
    hasher.push(Buffer.from(values[piece] ?? ''));
    return;
  }
  // What stands behind a hole was not at the start of a line when dots were doubled.
  const plain = isAfterValue ? 1 : 0;
  hasher.push(piece.subarray(0, plain));
  hasher.push(piece.subarray(plain), true);
}
