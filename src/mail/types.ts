/** Shapes that the layers above share: a message is a header block and a range of a file. */
import type { Readable } from 'node:stream';
import type { HeaderBlock } from './headers.ts';

export type { HeaderBlock } from './headers.ts';

/** Bytes `start` up to, not including, `end` of a file. */
export type FileRange = { readonly path: string; readonly start: number; readonly end: number };

/**
 * One change to a message, streaming: given the header block and the body, gives both anew.
 * The body it was given must be read to its end or destroyed.
 */
export type BodyTransform = {
  readonly name: string;
  run(headers: HeaderBlock, body: Readable): Promise<{ headers: HeaderBlock; body: Readable }>;
};
