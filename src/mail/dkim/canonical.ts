/** The forms in which header fields and bodies are signed (RFC 6376 section 3.4). */
import { createHash, type Hash } from 'node:crypto';

export type Canonical = 'relaxed' | 'simple';

const cr = 13;
const lf = 10;
const space = 32;
const tab = 9;
const dot = 46;

/** A field as relaxed has it: name in lower case, one line, runs of white space one blank. */
export function relaxedField(name: string, value: string): string {
  return `${name.trim().toLowerCase()}:${relaxedValue(value)}`;
}

/** The value alone. Not `trim`: a character is a byte here, and one of those is no blank. */
export function relaxedValue(value: string): string {
  return value
    .replaceAll(/\r?\n/g, '')
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(/^ | $/g, '');
}

/**
 * Hashes a body, piece by piece. Lines are taken as they end with CRLF; what ends with a lone LF
 * is hashed as the wire will have it. A copy goes on where its original was.
 */
export class BodyHasher {
  readonly #form: Canonical;
  readonly #hash: Hash;
  /** Line ends that are empty lines at the end of the body unless something follows. */
  #ends = 0;
  /** A run of white space whose meaning depends on what follows it (relaxed). */
  #isSpaced = false;
  #isLineStart = true;
  #isAfterCr = false;
  #hasAny = false;
  #out = Buffer.allocUnsafe(4096);
  #length = 0;

  constructor(form: Canonical, from?: BodyHasher) {
    this.#form = form;
    this.#hash = from === undefined ? createHash('sha256') : from.#hash.copy();
    if (from === undefined) return;
    this.#ends = from.#ends;
    this.#isSpaced = from.#isSpaced;
    this.#isLineStart = from.#isLineStart;
    this.#isAfterCr = from.#isAfterCr;
    this.#hasAny = from.#hasAny;
  }

  /** One that has seen the same so far. */
  copy(): BodyHasher {
    this.#flush();
    return new BodyHasher(this.#form, this);
  }

  /** The next bytes; of `stuffed` ones the dot that SMTP adds at the start of a line is no part. */
  push(bytes: Uint8Array, stuffed = false): void {
    const isRelaxed = this.#form === 'relaxed';
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      if (byte === cr && !this.#isAfterCr) {
        this.#isAfterCr = true;
        continue;
      }
      if (byte === lf) {
        this.#isAfterCr = false;
        this.#isSpaced = false;
        this.#isLineStart = true;
        this.#ends++;
        continue;
      }
      if (this.#isAfterCr) {
        // A lone CR is a byte like others.
        this.#isAfterCr = byte === cr;
        this.#write(cr);
        if (byte === cr) continue;
      }
      if (this.#isLineStart) {
        this.#isLineStart = false;
        if (stuffed && byte === dot) continue;
      }
      if (isRelaxed && (byte === space || byte === tab)) this.#isSpaced = true;
      else this.#write(byte);
    }
    this.#flush();
  }

  /** The hash of all of it, base64. Ends the hasher. */
  digest(): string {
    if (this.#isAfterCr) this.#write(cr);
    // The last line ends; an empty body is one line end in simple, and nothing in relaxed.
    if (this.#hasAny || this.#form === 'simple') this.#putLineEnd();
    this.#flush();
    return this.#hash.digest('base64');
  }

  /** A byte that is no line end and no white space that may go: what waited before it counts. */
  #write(byte: number): void {
    for (; this.#ends > 0; this.#ends--) this.#putLineEnd();
    if (this.#isSpaced) {
      this.#isSpaced = false;
      this.#put(space);
    }
    this.#hasAny = true;
    this.#put(byte);
  }

  #putLineEnd(): void {
    this.#put(cr);
    this.#put(lf);
  }

  #put(byte: number): void {
    if (this.#length === this.#out.length) this.#flush();
    this.#out[this.#length++] = byte;
  }

  #flush(): void {
    if (this.#length > 0) this.#hash.update(this.#out.subarray(0, this.#length));
    this.#length = 0;
  }
}
