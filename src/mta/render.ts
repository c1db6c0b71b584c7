import { readFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Filler, HoleFinder, type HoleMarks, type Piece } from './holes.ts';
import type { Outbox } from './outbox.ts';
import { Stuffer } from './stuffer.ts';

const blockBytes = 64 * 1024;

/** Messages up to this are prepared once, in memory; larger ones are read for each transaction. */
export const defaultHeldBytes = 256 * 1024;

/** Opens the message anew, from its first byte. Blocks may be overwritten by their successors. */
export type MessageSource = () => AsyncIterable<Uint8Array>;

/** A message ready to be handed over, any number of times. */
export type Rendered = {
  /** The size on the wire less the added dots, with nothing in the holes. */
  readonly octets: number;
  readonly eightBit: boolean;
  /** How often each name occurs. */
  readonly holes: readonly number[];
  readonly body:
    | { readonly kind: 'held'; readonly pieces: readonly Piece[] }
    | { readonly kind: 'streamed'; pieces(): AsyncIterable<Iterable<Piece>> };
};

/** A message file as a source. Small ones are read at once: that is cheaper than to be told. */
export function messageFile(path: string): MessageSource {
  return async function* blocks() {
    if (statSync(path).size <= blockBytes) {
      yield readFileSync(path);
      return;
    }
    await using file = await open(path, 'r');
    const block = Buffer.allocUnsafe(blockBytes);
    for (;;) {
      const { bytesRead } = await file.read(block, 0, block.length, null);
      if (bytesRead === 0) return;
      yield block.subarray(0, bytesRead);
    }
  };
}

/**
 * Reads a message once: learns its size and whether it needs 8BITMIME, and keeps its pieces if
 * they are few. Memory stays near `heldBytes` however large the message is.
 */
export async function renderMessage(
  source: MessageSource,
  marks: HoleMarks | undefined,
  heldBytes: number = defaultHeldBytes,
): Promise<Rendered> {
  const holes = (marks?.names ?? []).map(() => 0);
  const stuffer = new Stuffer();
  let kept: Piece[] | undefined = [];
  let keptBytes = 0;
  let holeBytes = 0;
  for await (const pieces of cutPieces(source, stuffer, marks)) {
    for (const piece of pieces) {
      if (Buffer.isBuffer(piece)) {
        keptBytes += piece.length;
        kept?.push(Buffer.from(piece));
      } else {
        holes[piece.name] = (holes[piece.name] ?? 0) + 1;
        holeBytes += holeLength(marks, piece.name);
        kept?.push(piece);
      }
      if (keptBytes > heldBytes) kept = undefined;
    }
  }
  const { eightBit } = stuffer;
  const octets = stuffer.octets - holeBytes;
  if (kept) return { octets, eightBit, holes, body: { kind: 'held', pieces: joined(kept) } };
  const pieces = () => cutPieces(source, new Stuffer(), marks);
  return { octets, eightBit, holes, body: { kind: 'streamed', pieces } };
}

/** The size of one recipient's copy. */
export function octetsWith(rendered: Rendered, values: readonly string[]): number {
  let octets = rendered.octets;
  for (let i = 0; i < rendered.holes.length; i++) {
    const times = rendered.holes[i] ?? 0;
    if (times > 0) octets += times * Buffer.byteLength(values[i] ?? '');
  }
  return octets;
}

/** Puts a held message into an outbox, with one recipient's values. */
export function fill(pieces: readonly Piece[], values: readonly string[], to: Outbox): void {
  const filler = new Filler(values);
  for (const piece of pieces) filler.add(piece, to);
}

async function* cutPieces(
  source: MessageSource,
  stuffer: Stuffer,
  marks: HoleMarks | undefined,
): AsyncIterable<Iterable<Piece>> {
  const finder = marks && marks.names.length > 0 ? new HoleFinder(marks) : undefined;
  for await (const block of source()) {
    const stuffed = stuffer.push(block);
    yield finder ? finder.push(stuffed) : [stuffed];
  }
  const rest = stuffer.end();
  yield finder ? finder.push(rest) : [rest];
  if (finder) yield finder.end();
}

function holeLength(marks: HoleMarks | undefined, name: number): number {
  // The braces and the colon.
  return marks ? marks.mark.length + (marks.names[name]?.length ?? 0) + 3 : 0;
}

/** Fewer pieces, fewer copies for each recipient. */
function joined(pieces: readonly Piece[]): readonly Piece[] {
  const result: Piece[] = [];
  let run: Buffer[] = [];
  const flush = (): void => {
    if (run.length > 0) result.push(Buffer.concat(run));
    run = [];
  };
  for (const piece of pieces) {
    if (Buffer.isBuffer(piece)) {
      run.push(piece);
    } else {
      flush();
      result.push(piece);
    }
  }
  flush();
  return result;
}
