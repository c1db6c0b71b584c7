/** A thread that signs copies: it is told of a message once, and then given values of copies. */
import type { KeyObject } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { CopySigner, type SigningOrder } from '../mail/dkim/copies.ts';
import type { Algorithm } from '../mail/dkim/key.ts';

export type ThreadKey = { readonly algorithm: Algorithm; readonly key: KeyObject };

/** What the thread is asked. */
export type ThreadRequest =
  | {
      readonly kind: 'message';
      readonly message: number;
      readonly order: SigningOrder;
      readonly keys: readonly ThreadKey[];
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

const signers = new Map<number, CopySigner>();

parentPort?.on('message', (request: ThreadRequest) => {
  switch (request.kind) {
    case 'message':
      signers.set(request.message, new CopySigner(request.order, request.keys));
      break;
    case 'forget':
      signers.delete(request.message);
      break;
    case 'sign': {
      const { message, call, copies } = request;
      try {
        const signer = signers.get(message);
        if (!signer) throw new Error(`message ${message} is not known`);
        parentPort?.postMessage({ call, made: copies.map((one) => signer.sign(one)) });
      } catch (error) {
        parentPort?.postMessage({ call, error: String(error) });
      }
      break;
    }
  }
});
