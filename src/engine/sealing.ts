/**
 * Puts signatures in front of a rendered message.
 *
 * What is signed are the bytes that go over the wire, so it is the rendering that is looked at:
 * its header, its body, and where holes stand in them. Signatures that are the same for all
 * copies become part of the rendering; others become holes of their own, which a `CopySigner`
 * fills. Only where a hole stands in the body is the body hashed anew for each copy.
 */
import { BodyHasher } from '../mail/dkim/canonical.ts';
import { CopySigner, type SignatureOrder, type SigningOrder } from '../mail/dkim/copies.ts';
import type { SealField, ToSeal } from '../mail/dkim/field.ts';
import type { SigningKey } from '../mail/dkim/key.ts';
import { type Mold, moldMark, moldOf, rawFields } from '../mail/dkim/sign.ts';
import type { Hole, Piece } from '../mta/holes.ts';
import type { Rendered } from '../mta/render.ts';

/** Given what is to be signed, the fields to put in front, the last of them on top. */
export type Sealer = (message: ToSeal) => readonly SealField[];

/** A rendering with its signatures, and what has to be signed for each copy. */
export type Sealed = {
  readonly message: Rendered;
  /** Undefined where all signatures are made. */
  readonly order: SigningOrder | undefined;
  readonly keys: readonly SigningKey[];
};

/** Larger bodies in which copies differ are not held for signing. */
const maxOpenBodyBytes = 8_388_608;

/** Signs a rendering; undefined where its body differs from copy to copy and is too large. */
export async function seal(rendered: Rendered, sealer: Sealer): Promise<Sealed | undefined> {
  const { header, body, hash } = await openUp(rendered);
  if (body === 'too-large') return undefined;
  const made = rendered.holes.length;
  const bodyHash = hash ?? moldMark(made);
  const first = made + (hash === undefined ? 1 : 0);
  const mark = (n: number): string => moldMark(first + n);
  const fields = sealer({ fields: rawFields(header), bodyHash, mark });
  if (fields.length === 0) return undefined;
  const keys = [...new Set(fields.map(({ key }) => key))];
  const signatures = fields.map(
    ({ covered, own, key }): SignatureOrder => ({
      covered: moldOf(covered),
      own: moldOf(own),
      key: keys.indexOf(key),
    }),
  );
  const order: SigningOrder = {
    brought: broughtBy(signatures, body, made),
    made,
    body: hash === undefined ? body : undefined,
    signatures,
  };
  const isSame = order.brought.length === 0 && hash !== undefined;
  const values = isSame ? new CopySigner(order, keys).sign([]) : undefined;
  // What comes last was made of what was before it, and stands above it.
  const front = fields
    .map(({ name, value }, n) => `${name}:${value}${mark(n)}\r\n`)
    .reverse()
    .join('');
  const message = inFront(rendered, moldOf(front), values, made);
  return { message, order: isSame ? undefined : order, keys };
}

function broughtBy(
  signatures: readonly SignatureOrder[],
  body: readonly (Uint8Array | number)[],
  made: number,
): number[] {
  const found = new Set<number>();
  const molds: (Mold | readonly (Uint8Array | number)[])[] = [body];
  for (const { covered, own } of signatures) molds.push(covered, own);
  for (const piece of molds.flat()) {
    if (typeof piece === 'number' && piece < made) found.add(piece);
  }
  return [...found].sort((a, b) => a - b);
}

type Opened = {
  /** A character a byte, holes as marks. */
  readonly header: string;
  /** Empty where no hole stands in it. */
  readonly body: readonly (Uint8Array | number)[] | 'too-large';
  /** Undefined where one does. */
  readonly hash: string | undefined;
};

/** Reads a rendering once: its header as text, its body as a hash or, with holes, as pieces. */
async function openUp(rendered: Rendered): Promise<Opened> {
  const { body } = rendered;
  const opening = new Opening(await hasBodyHoles(rendered));
  if (body.kind === 'held') for (const piece of body.pieces) opening.take(piece);
  else for await (const group of body.pieces()) for (const piece of group) opening.take(piece);
  return opening.end();
}

/** A rendering that is being read. */
class Opening {
  readonly #isOpen: boolean;
  readonly #hasher = new BodyHasher('relaxed');
  readonly #pieces: (Uint8Array | number)[] = [];
  #header = '';
  #inHeader = true;
  #size = 0;

  constructor(isOpen: boolean) {
    this.#isOpen = isOpen;
  }

  take(piece: Piece): void {
    if (!this.#inHeader) this.#toBody(piece);
    else if (Buffer.isBuffer(piece)) this.#toHeader(piece);
    else this.#header += moldMark(piece.name);
  }

  end(): Opened {
    const header = this.#header;
    if (!this.#isOpen) return { header, body: [], hash: this.#hasher.digest() };
    const body = this.#size > maxOpenBodyBytes ? 'too-large' : this.#pieces;
    return { header, body, hash: undefined };
  }

  #toHeader(piece: Buffer): void {
    const text = this.#header + piece.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) {
      this.#header = text;
      return;
    }
    this.#header = text.slice(0, end + 2);
    this.#inHeader = false;
    this.#toBody(piece.subarray(piece.length - (text.length - end - 4)));
  }

  #toBody(piece: Piece): void {
    const isBytes = Buffer.isBuffer(piece);
    if (!this.#isOpen) {
      if (isBytes) this.#hasher.push(piece, true);
      return;
    }
    if (isBytes) this.#size += piece.length;
    if (this.#size > maxOpenBodyBytes) return;
    // The bytes of a piece that is read from a file are good until the next one.
    this.#pieces.push(isBytes ? Uint8Array.from(piece) : piece.name);
  }
}

async function hasBodyHoles({ body, holes }: Rendered): Promise<boolean> {
  if (holes.every((times) => times === 0)) return false;
  const isOne = (piece: Piece): boolean => !Buffer.isBuffer(piece) && piece.inBody;
  if (body.kind === 'held') return body.pieces.some(isOne);
  for await (const group of body.pieces()) for (const piece of group) if (isOne(piece)) return true;
  return false;
}

/** The rendering with fields in front, filled with values where these are known. */
function inFront(
  { octets, eightBit, holes, body }: Rendered,
  front: Mold,
  values: readonly string[] | undefined,
  made: number,
): Rendered {
  const known: string[] = [];
  for (const [n, value] of (values ?? []).entries()) known[made + n] = value;
  const pieces = front.map((piece): Piece => {
    if (typeof piece === 'string') return Buffer.from(piece, 'latin1');
    const value = values === undefined ? undefined : known[piece];
    if (value !== undefined) return Buffer.from(value, 'latin1');
    return { kind: 'hole', name: piece, lineStart: false, inBody: false } satisfies Hole;
  });
  const filled = [...holes];
  let more = 0;
  for (const piece of pieces) {
    if (Buffer.isBuffer(piece)) more += piece.length;
    else filled[piece.name] = (filled[piece.name] ?? 0) + 1;
  }
  return {
    octets: octets + more,
    eightBit,
    holes: Array.from(filled, (times) => times ?? 0),
    body:
      body.kind === 'held'
        ? { kind: 'held', pieces: [...pieces, ...body.pieces] }
        : { kind: 'streamed', pieces: () => prepended(pieces, body.pieces()) },
  };
}

async function* prepended(
  pieces: readonly Piece[],
  rest: AsyncIterable<Iterable<Piece>>,
): AsyncGenerator<Iterable<Piece>> {
  yield pieces;
  yield* rest;
}
