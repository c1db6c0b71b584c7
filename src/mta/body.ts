import { Filler, type Piece } from './holes.ts';
import type { Outbox } from './outbox.ts';
import type { Wire } from './wire.ts';

/** Streamed bodies go out in writes of about this. */
const blockBytes = 64 * 1024;

/**
 * Sends a large body while it is being read, never faster than the server takes it. What is left
 * in the outbox afterwards is the end of it, so that the final dot goes into the same write.
 */
export async function streamBody(
  pieces: AsyncIterable<Iterable<Piece>>,
  values: readonly string[],
  outbox: Outbox,
  wire: Pick<Wire, 'arm' | 'writeOut'>,
  blockMs: number,
): Promise<void> {
  const filler = new Filler(values);
  for await (const group of pieces) {
    for (const piece of group) filler.add(piece, outbox);
    if (outbox.length < blockBytes) continue;
    wire.arm(blockMs, 'the server to read');
    await wire.writeOut(outbox.bytes());
    outbox.start(false);
  }
}
