/** Large files piece by piece, in the memory of one piece. */
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

/** What comes first, a little more than `maxBytes`; `rest` is what comes then, if anything may. */
export async function firstOf(
  chunks: AsyncIterator<Buffer>,
  maxBytes: number,
): Promise<{ readonly first: Buffer; readonly rest?: AsyncIterable<Buffer> }> {
  const taken: Buffer[] = [];
  for (let size = 0; size <= maxBytes; ) {
    const next = await chunks.next();
    if (next.done) return { first: oneOf(taken) };
    taken.push(next.value);
    size += next.value.length;
  }
  return { first: oneOf(taken), rest: { [Symbol.asyncIterator]: () => chunks } };
}

/** All of them as one; an only one as it is. */
export function oneOf(chunks: readonly Buffer[]): Buffer {
  const [only] = chunks;
  return only && chunks.length === 1 ? only : Buffer.concat(chunks);
}
