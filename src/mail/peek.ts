import type { Readable } from 'node:stream';

/** The beginning of a stream, looked at before it is decided what to do with the stream. */
export type Peeked = {
  readonly head: Buffer;
  /** True where `head` is all there is. */
  readonly isWhole: boolean;
  /** The whole stream from its start; once. */
  readonly chunks: () => AsyncGenerator<Buffer>;
};

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
      const chunk = Buffer.from(next.value);
      read.push(chunk);
      size += chunk.length;
    }
  }
  const head = Buffer.concat(read);
  async function* chunks(): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head;
    while (!isWhole) {
      const next = await source.next();
      if (next.done) return;
      yield Buffer.from(next.value);
    }
  }
  return { head, isWhole, chunks };
}

/** The same for bytes that are in memory anyway. */
export function peeked(head: Buffer): Peeked {
  async function* chunks(): AsyncGenerator<Buffer> {
    yield head;
  }
  return { head, isWhole: true, chunks };
}
