/**
 * Large files piece by piece, in little memory.
 *
 * Where each piece is done with before the next is wanted, one buffer does for all. Where pieces
 * are handed on (sockets, streams), each is a buffer of its own, outside the heap, and V8 lets
 * 32 MiB of those lie before it looks for garbage; no flag lowers that. So what is written is
 * counted, and the young part of the heap, where they all are, is collected every so often: half
 * a millisecond each time, for large messages alone.
 */
import { open } from 'node:fs/promises';

const pieceBytes = 65_536;

/** The bytes of a file. A piece is only good until the next is asked for: its memory is reused. */
export async function* piecesOf(path: string, start = 0, end = Infinity): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  try {
    const memory = Buffer.allocUnsafe(pieceBytes);
    for (let at = start; at < end; ) {
      const { bytesRead } = await file.read(memory, 0, Math.min(pieceBytes, end - at), at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield memory.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Pieces worth so much may lie about. */
const enoughBytes = 4 * 1024 * 1024;

let passed = 0;

/** Notes that so many bytes went by. A process without `--expose-gc` leaves all to V8. */
export function notePassed(bytes: number): void {
  passed += bytes;
  if (passed < enoughBytes) return;
  passed = 0;
  globalThis.gc?.({ type: 'minor' });
}
