import assert from 'node:assert/strict';
import { recipientsOf } from '../../src/model/recipients.ts';
import { type Connection, connect } from '../../src/mta/connection.ts';
import { type Delivery, type Ending, Untried } from '../../src/mta/delivery.ts';
import { type Rendered, renderMessage } from '../../src/mta/render.ts';
import {
  type Answer,
  type RelaySettings,
  relaySettings,
  type Trouble,
} from '../../src/mta/types.ts';
import type { Sink } from '../sink.ts';

/** A signal that nobody aborts. */
export const forever = new AbortController().signal;

export const mark = 'mark-0123456789';

/** A relay that is this sink; time-outs short enough to be waited for. */
export function relayOf(
  sink: Sink,
  options: Parameters<typeof relaySettings>[0] = {},
): RelaySettings {
  const place = { kind: 'tcp', host: '127.0.0.1', port: sink.port } as const;
  return relaySettings({ name: `sink:${sink.port}`, place, ...options });
}

/** Renders a message given as text, in blocks of `blockBytes`. */
export async function rendered(
  text: string | Buffer,
  names: readonly string[] = [],
  heldBytes?: number,
  blockBytes = 1000,
): Promise<Rendered> {
  const bytes = Buffer.from(text);
  const source = async function* blocks(): AsyncIterable<Uint8Array> {
    for (let at = 0; at < bytes.length; at += blockBytes) {
      yield bytes.subarray(at, at + blockBytes);
    }
  };
  return await renderMessage(source, { mark, names }, heldBytes);
}

/** A shared delivery of a small message. */
export async function sharedDelivery(addresses: readonly string[]): Promise<Delivery> {
  return {
    message: await rendered('Message-ID: <m@list.example>\nSubject: x\n\nHello\n'),
    recipients: recipientsOf(addresses.map((address) => [address])),
    envelope: { kind: 'shared', returnPath: 'list-bounces@list.example' },
  };
}

/** A delivery with a return path and a To field for each. */
export async function eachDelivery(addresses: readonly string[]): Promise<Delivery> {
  const text = `Message-ID: <m@list.example>\nTo: <{${mark}:address}>\n\nHello\n`;
  return {
    message: await rendered(text, ['address']),
    recipients: recipientsOf(addresses.map((address) => [address])),
    envelope: {
      kind: 'each',
      returnPath: (index) => `list-bounces+${index}@list.example`,
      values: (index) => [addresses[index] ?? ''],
    },
  };
}

/** What was reported in one go: who, and `kind stage code`. */
export type Report = { readonly indexes: readonly number[]; readonly answer: Answer };

export type Handed = {
  readonly ending: Ending;
  readonly reports: readonly Report[];
  /** `kind stage code` of each recipient; undefined for those without an answer. */
  readonly words: readonly (string | undefined)[];
  readonly left: number;
};

/** Delivers over a connection, and writes down what happened. */
export async function handOver(
  connection: Connection,
  delivery: Delivery,
  signal: AbortSignal = forever,
): Promise<Handed> {
  const reports: Report[] = [];
  const words: (string | undefined)[] = Array.from(
    { length: delivery.recipients.length },
    () => undefined,
  );
  const untried = Untried.all(delivery);
  const ending = await connection.deliver(
    delivery,
    untried,
    (indexes, answer) => {
      reports.push({ indexes: [...indexes], answer });
      for (const index of indexes) {
        const word = `${answer.kind} ${answer.stage} ${answer.code}`;
        words[index] = words[index] === undefined ? word : `twice: ${word}`;
      }
    },
    signal,
  );
  return { ending, reports, words, left: untried.size };
}

/** Connects, delivers, closes. */
export async function handOverTo(
  sink: Sink,
  delivery: Delivery,
  options: Parameters<typeof relaySettings>[0] = {},
): Promise<Handed> {
  await using connection = await connect(relayOf(sink, options), forever);
  return await handOver(connection, delivery);
}

/** `user0@domain`, `user1@domain`, ... */
export function users(count: number, domain = 'y.example'): readonly string[] {
  return Array.from({ length: count }, (_, i) => `user${i}@${domain}`);
}

/** What is known of a connection that is expected to have broken. */
export function lost(ending: Ending): { trouble: Trouble; inFlight: readonly number[] } {
  assert(ending.kind === 'lost', `ended as ${ending.kind}`);
  return { trouble: ending.error.trouble, inFlight: ending.inFlight };
}
