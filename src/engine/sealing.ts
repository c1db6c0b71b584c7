/**
 * Puts signatures in front of a rendered message.
 *
 * What is signed are the bytes that go over the wire, so it is the rendering that is looked at:
 * its header, its body, and where holes stand in them. Signatures that are the same for all
 * copies become part of the rendering; others become holes of their own, which a `CopySigner`
 * fills. Only where a hole stands in the body is the body hashed anew for each copy: from memory,
 * or where it is large by reading it again, once for a group of copies.
 */
import { BodyHasher } from '../mail/dkim/canonical.ts';
import { CopySigner, type SignatureOrder, type SigningOrder } from '../mail/dkim/copies.ts';
import type { SealField, ToSeal } from '../mail/dkim/field.ts';
import type { SigningKey } from '../mail/dkim/key.ts';
import { type Mold, moldMark, moldOf, rawFields } from '../mail/dkim/sign.ts';
import type { Hole, Piece } from '../mta/holes.ts';
import type { Rendered } from '../mta/render.ts';
import { HeaderEnd, piecesOf } from './opening.ts';

/** Given what is to be signed, the fields to put in front, the last of them on top. */
export type Sealer = (message: ToSeal) => readonly SealField[];

/** A rendering with its signatures, and what has to be signed for each copy. */
export type Sealed = {
  readonly message: Rendered;
  /** Undefined where all signatures are made. */
  readonly order: SigningOrder | undefined;
  readonly keys: readonly SigningKey[];
};

/** Signs a rendering; of a body in which copies differ no more than `mostOpen` bytes are held. */
export async function seal(rendered: Rendered, sealer: Sealer, mostOpen: number): Promise<Sealed> {
  const { header, body, names, hash } = await openUp(rendered, mostOpen);
  const made = rendered.holes.length;
  const bodyHash = hash ?? moldMark(made);
  const first = made + (hash === undefined ? 1 : 0);
  const mark = (n: number): string => moldMark(first + n);
  const fields = sealer({ fields: rawFields(header), bodyHash, mark });
  if (fields.length === 0) return { message: rendered, order: undefined, keys: [] };
  const keys = [...new Set(fields.map(({ key }) => key))];
  const signatures = fields.map(
    ({ covered, own, key }): SignatureOrder => ({
      covered: moldOf(covered),
      own: moldOf(own),
      key: keys.indexOf(key),
    }),
  );
  const order: SigningOrder = {
    brought: broughtBy(signatures, names, made),
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
  inBody: ReadonlySet<number>,
  made: number,
): number[] {
  const found = new Set(inBody);
  const molds: Mold[] = [];
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
  readonly body: readonly (Uint8Array | number)[] | 'large';
  /** The values that stand in it. */
  readonly names: ReadonlySet<number>;
  /** Undefined where one does. */
  readonly hash: string | undefined;
};

/** Reads a rendering once: its header as text, its body as a hash or, with holes, as pieces. */
async function openUp(rendered: Rendered, mostOpen: number): Promise<Opened> {
  const end = new HeaderEnd();
  const isOpen = await hasBodyHoles(rendered);
  const hasher = new BodyHasher('relaxed');
  const names = new Set<number>();
  const pieces: (Uint8Array | number)[] = [];
  let size = 0;
  for await (const one of piecesOf(rendered)) {
    const piece = end.body(one);
    if (piece === undefined) continue;
    if (!Buffer.isBuffer(piece)) {
      names.add(piece.name);
      pieces.push(piece.name);
      continue;
    }
    size += piece.length;
    if (!isOpen) hasher.push(piece, true);
    // The bytes of a piece that is read from a file are good until the next one.
    else if (size <= mostOpen) pieces.push(Uint8Array.from(piece));
    else pieces.length = 0;
  }
  const { header } = end;
  if (!isOpen) return { header, body: [], names, hash: hasher.digest() };
  return { header, body: size > mostOpen ? 'large' : pieces, names, hash: undefined };
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
