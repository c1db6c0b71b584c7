/** A thread that signs copies: it is told of a message once, and then given values of copies. */
import type { KeyObject } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { BodyHashes, CopySigner, type SigningOrder } from '../mail/dkim/copies.ts';
import type { Algorithm } from '../mail/dkim/key.ts';
import type { HoleMarks } from '../mta/holes.ts';
import { messageFile, type Rendered, renderMessage } from '../mta/render.ts';
import { HeaderEnd, narrowRendering, piecesOf } from './opening.ts';

export type ThreadKey = { readonly algorithm: Algorithm; readonly key: KeyObject };

/** Where a body that is too large to be told of is read. */
export type BodySource = {
  readonly path: string;
  readonly marks: HoleMarks | undefined;
  /** It goes out as seven-bit mail. */
  readonly isNarrow: boolean;
};

/** What the thread is asked. */
export type ThreadRequest =
  | {
      readonly kind: 'message';
      readonly message: number;
      readonly order: SigningOrder;
      readonly keys: readonly ThreadKey[];
      readonly source: BodySource;
    }
  | { readonly kind: 'forget'; readonly message: number }
  | {
      readonly kind: 'sign';
      readonly message: number;
      readonly call: number;
      readonly copies: readonly (readonly string[])[];
    };

/** What it answers to `sign`. */
export type ThreadReply = { readonly call: number } & (
  | { readonly made: readonly (readonly string[])[] }
  | { readonly error: string }
);

/** A message whose copies are signed here. */
class Copied {
  readonly #order: SigningOrder;
  readonly #signer: CopySigner;
  readonly #source: BodySource;
  #rendered: Promise<Rendered> | undefined;

  constructor({ order, keys, source }: Extract<ThreadRequest, { kind: 'message' }>) {
    this.#order = order;
    this.#signer = new CopySigner(order, keys);
    this.#source = source;
  }

  async sign(copies: readonly (readonly string[])[]): Promise<string[][]> {
    if (this.#order.body !== 'large') return copies.map((one) => this.#signer.sign(one));
    this.#rendered ??= rendering(this.#source);
    const end = new HeaderEnd();
    const hashes = new BodyHashes(this.#order, copies);
    for await (const one of piecesOf(await this.#rendered)) {
      const piece = end.body(one);
      if (piece) hashes.push(Buffer.isBuffer(piece) ? piece : piece.name);
    }
    const digests = hashes.digests();
    return copies.map((one, n) => this.#signer.sign(one, digests[n]));
  }
}

/** The same that is handed over. */
async function rendering({ path, marks, isNarrow }: BodySource): Promise<Rendered> {
  const narrow = isNarrow ? await narrowRendering(path, marks) : undefined;
  return narrow ?? (await renderMessage(messageFile(path), marks));
}

const known = new Map<number, Copied>();

parentPort?.on('message', (request: ThreadRequest) => {
  switch (request.kind) {
    case 'message':
      known.set(request.message, new Copied(request));
      break;
    case 'forget':
      known.delete(request.message);
      break;
    case 'sign':
      // It answers in any case, so nothing is left to be awaited.
      void sign(request);
      break;
  }
});

async function sign({ message, call, copies }: Extract<ThreadRequest, { kind: 'sign' }>) {
  try {
    const copied = known.get(message);
    if (!copied) throw new Error(`message ${message} is not known`);
    parentPort?.postMessage({ call, made: await copied.sign(copies) });
  } catch (error) {
    parentPort?.postMessage({ call, error: String(error) });
  }
}
