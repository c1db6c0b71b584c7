import type { Readable } from 'node:stream';

/** The beginning of a stream, looked at before it is decided what to do with the stream. */
export type Peeked = {
  readonly head: Buffer;
  /** True where `head` is all there is. */
  readonly isWhole: boolean;
  /** The whole stream from its start; once. */
  readonly chunks: () => AsyncGenerator<Buffer>;
};

const sliceBytes = 65_536;

/** Read `maxBytes`, or a chunk more, ahead. Destroying the stream stays the caller's affair. */
export async function peek(stream: Readable, maxBytes: number): Promise<Peeked> {
  const source: AsyncIterator<Buffer | string> = stream[Symbol.asyncIterator]();
  const read: Buffer[] = [];
  let size = 0;
  let isWhole = false;
  while (size <= maxBytes && !isWhole) {
    const next = await source.next();
    if (next.done) {
      isWhole = true;
    } else {
      const chunk = bytesOf(next.value);
      read.push(chunk);
      size += chunk.length;
    }
  }
  const head = Buffer.concat(read);
  async function* chunks(): AsyncGenerator<Buffer> {
    yield* slices(head);
    while (!isWhole) {
      const next = await source.next();
      if (next.done) return;
      yield bytesOf(next.value);
    }
  }
  return { head, isWhole, chunks };
}

function bytesOf(chunk: Buffer | string): Buffer {
  return typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

/** The same for bytes that are in memory anyway. */
export function peeked(head: Buffer): Peeked {
  async function* chunks(): AsyncGenerator<Buffer> {
    yield* slices(head);
  }
  return { head, isWhole: true, chunks };
}

/** In pieces of the usual size, so that whoever works on them needs no more room than usual. */
function* slices(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += sliceBytes) yield bytes.subarray(at, at + sliceBytes);
}
