import assert from 'node:assert/strict';
import { maxHoleName } from '../mail/hole.ts';
import type { Outbox } from './outbox.ts';

const lf = 10;
const dot = 46;
const brace = 125;
const blank = '\r\n\r\n';

/** A place in a message where each recipient has a value of its own. */
export type Hole = {
  readonly kind: 'hole';
  /** Which of the rendered names stands here. */
  readonly name: number;
  /** It begins a line, where a dot must be doubled. */
  readonly lineStart: boolean;
  /** In the body a value may have lines; in the header a line end would forge a field. */
  readonly inBody: boolean;
};

/** Bytes ready for the wire, or a hole between them. */
export type Piece = Buffer | Hole;

/** How holes look in a message file. */
export type HoleMarks = {
  /** Derived from the site's key and the mailing, so that no poster can write a hole. */
  readonly mark: string;
  readonly names: readonly string[];
};

/** Cuts stuffed bytes at the holes. */
export class HoleFinder {
  readonly #prefix: Buffer;
  readonly #names: ReadonlyMap<string, number>;
  readonly #keep: number;
  #bytes = Buffer.allocUnsafeSlow(0);
  #length = 0;
  #lastByte = lf;
  /** The last bytes before, to see the empty line that ends the header; undefined behind it. */
  #headTail: string | undefined = '\r\n';

  constructor(marks: HoleMarks) {
    this.#prefix = Buffer.from(`{${marks.mark}:`);
    this.#names = new Map(marks.names.map((name, index) => [name, index]));
    this.#keep = this.#prefix.length + maxHoleName;
  }

  /** The pieces that are complete with these bytes; valid until the next call. */
  *push(more: Buffer): Iterable<Piece> {
    this.#append(more);
    yield* this.#cut(this.#length - this.#keep);
  }

  /** The pieces that are left. */
  *end(): Iterable<Piece> {
    yield* this.#cut(this.#length);
  }

  /** Gives out what lies before `until`; a hole must begin there to be seen as a whole. */
  *#cut(until: number): Iterable<Piece> {
    let from = 0;
    while (from < until) {
      const found = this.#nextHole(from);
      if (found === undefined || found.at >= until) break;
      if (found.at > from) yield this.#plain(from, found.at);
      const inBody = this.#headTail === undefined;
      yield { kind: 'hole', name: found.name, lineStart: this.#lastByte === lf, inBody };
      if (!inBody) this.#headTail = '';
      from = found.end;
      // Whether the value leaves us at the start of a line is known when it is filled in.
      this.#lastByte = brace;
    }
    if (from < until) {
      yield this.#plain(from, until);
      from = until;
    }
    this.#bytes.copyWithin(0, from, this.#length);
    this.#length -= from;
  }

  #plain(from: number, to: number): Buffer {
    this.#lastByte = this.#bytes[to - 1] ?? lf;
    if (this.#headTail !== undefined) this.#pastHead(this.#headTail, from, to);
    return this.#bytes.subarray(from, to);
  }

  #pastHead(tail: string, from: number, to: number): void {
    const isEnd =
      (tail + this.#bytes.toString('latin1', from, Math.min(to, from + 4))).includes(blank) ||
      this.#bytes.subarray(from, to).includes(blank);
    const last = tail + this.#bytes.toString('latin1', Math.max(from, to - 3), to);
    this.#headTail = isEnd ? undefined : last.slice(-3);
  }

  #nextHole(from: number): { at: number; end: number; name: number } | undefined {
    const bytes = this.#bytes.subarray(0, this.#length);
    for (let at = bytes.indexOf(this.#prefix, from); at >= 0; ) {
      const nameAt = at + this.#prefix.length;
      const end = bytes.subarray(nameAt, nameAt + maxHoleName + 1).indexOf(brace);
      const word = end < 0 ? '' : bytes.toString('latin1', nameAt, nameAt + end);
      const name = this.#names.get(word);
      if (name !== undefined) return { at, end: nameAt + end + 1, name };
      at = bytes.indexOf(this.#prefix, at + 1);
    }
    return undefined;
  }

  #append(more: Buffer): void {
    const wanted = this.#length + more.length;
    if (wanted > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(wanted * 2);
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#length += more.copy(this.#bytes, this.#length);
  }
}

/** Puts one recipient's values between the pieces. Remembers nothing but where a line starts. */
export class Filler {
  readonly #values: readonly string[];
  #lineStart = false;

  constructor(values: readonly string[]) {
    this.#values = values;
  }

  add(piece: Piece, to: Outbox): void {
    if (Buffer.isBuffer(piece)) {
      if (piece.length === 0) return;
      if (this.#lineStart && piece[0] === dot) to.addByte(dot);
      this.#lineStart = false;
      to.addBytes(piece);
      return;
    }
    const value = this.#values[piece.name];
    assert(value !== undefined, 'a hole without a value');
    this.#lineStart ||= piece.lineStart;
    if (value === '') return;
    if (this.#lineStart && value.charCodeAt(0) === dot) to.addByte(dot);
    const hasLines = value.includes('\n') || value.includes('\r');
    assert(!hasLines || mayHaveLines(value, piece), 'a value must not break the line');
    to.addText(hasLines ? value.replaceAll('\n.', '\n..') : value);
    this.#lineStart = hasLines && value.endsWith('\n');
  }
}

/** In a header a line may be folded, never ended. */
function mayHaveLines(value: string, { inBody }: Hole): boolean {
  const allowed = inBody ? /^(?:[^\r\n]|\r\n)*$/ : /^(?:[^\r\n]|\r\n[ \t]+(?=[^ \t\r\n]))*$/;
  return allowed.test(value);
}
