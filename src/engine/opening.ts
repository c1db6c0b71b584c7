/** Reads a rendering for signing: where its header ends, and what its body is made of. */

import { moldMark } from '../mail/dkim/sign.ts';
import { isBroken, readMessage } from '../mail/message.ts';
import { narrowed } from '../mail/narrow.ts';
import type { HoleMarks, Piece } from '../mta/holes.ts';
import { type Rendered, renderMessage } from '../mta/render.ts';

/** Parts header and body of a rendering that is read piece by piece. */
export class HeaderEnd {
  /** A character a byte, holes as marks. */
  header = '';
  #inHeader = true;

  /** The part of a piece that is body; undefined while there is none. */
  body(piece: Piece): Piece | undefined {
    if (!this.#inHeader) return piece;
    if (!Buffer.isBuffer(piece)) {
      this.header += moldMark(piece.name);
      return undefined;
    }
    const text = this.header + piece.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) {
      this.header = text;
      return undefined;
    }
    this.header = text.slice(0, end + 2);
    this.#inHeader = false;
    return piece.subarray(piece.length - (text.length - end - 4));
  }
}

/** The pieces of a rendering, whether it is held or read anew. */
export async function* piecesOf({ body }: Rendered): AsyncGenerator<Piece> {
  if (body.kind === 'held') yield* body.pieces;
  else for await (const group of body.pieces()) yield* group;
}

/** A message file as seven-bit mail; undefined where it cannot be read as a message. */
export async function narrowRendering(
  path: string,
  marks: HoleMarks | undefined,
): Promise<Rendered | undefined> {
  const message = await readMessage(path);
  if (isBroken(message)) return undefined;
  const source = await narrowed(message);
  return source && (await renderMessage(source, marks));
}
