import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SinkOptions } from './options.ts';

/** A message that got its 250 after the dot. */
export type SunkMessage = {
  /** The MAIL command whole, with its parameters. */
  readonly mail: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly id: string;
  readonly octets: number;
  /** As sent, with the dots unstuffed; empty unless the sink keeps or stores. */
  readonly bytes: Buffer;
};

/** The sums of a ledger. */
export type SinkStats = {
  readonly connections: number;
  readonly messages: number;
  /** Accepted (recipient, message-id) pairs, and how many of them are different. */
  readonly recipients: number;
  readonly distinct: number;
  readonly repeated: number;
  readonly octets: number;
  /** Transactions that were begun with MAIL. */
  readonly mails: number;
};

/** Counts who got what, how often: exactly, and only what was acknowledged. */
export class Ledger {
  connections = 0;
  mails = 0;
  readonly pairs = new Map<string, number>();
  /** Filled only by a sink that keeps. */
  readonly messages: SunkMessage[] = [];
  readonly commands: string[] = [];
  #count = 0;
  #recipients = 0;
  #octets = 0;
  readonly #keep: boolean;
  readonly #store: string | undefined;
  readonly #took: ((message: SunkMessage) => void) | undefined;

  constructor({ keep = false, store, took }: Pick<SinkOptions, 'keep' | 'store' | 'took'>) {
    this.#keep = keep;
    this.#store = store;
    this.#took = took;
    if (store !== undefined) {
      for (const folder of ['tmp', 'new', 'cur']) {
        mkdirSync(join(store, folder), { recursive: true });
      }
    }
  }

  /** True where a message's bytes are wanted. */
  get wantsBytes(): boolean {
    return this.#keep || this.#store !== undefined;
  }

  heard(command: string): void {
    if (this.#keep) this.commands.push(command);
  }

  add(message: SunkMessage): void {
    this.#count++;
    this.#octets += message.octets;
    for (const address of message.to) {
      this.#recipients++;
      const pair = `${address}\t${message.id}`;
      this.pairs.set(pair, (this.pairs.get(pair) ?? 0) + 1);
    }
    if (this.#keep) this.messages.push(message);
    this.#took?.(message);
    if (this.#store !== undefined) this.#write(this.#store, message);
  }

  stats(): SinkStats {
    return {
      connections: this.connections,
      messages: this.#count,
      recipients: this.#recipients,
      distinct: this.pairs.size,
      repeated: this.#recipients - this.pairs.size,
      octets: this.#octets,
      mails: this.mails,
    };
  }

  /** One line for each pair: how often, recipient, message-id. */
  dump(path: string): void {
    let text = '';
    for (const [pair, times] of this.pairs) text += `${times}\t${pair}\n`;
    writeFileSync(path, text);
  }

  reset(): void {
    this.pairs.clear();
    this.messages.length = 0;
    this.commands.length = 0;
    this.connections = 0;
    this.mails = 0;
    this.#count = 0;
    this.#recipients = 0;
    this.#octets = 0;
  }

  #write(store: string, message: SunkMessage): void {
    const name = `${String(this.#count).padStart(8, '0')}.eml`;
    const to = message.to.map((address) => `Delivered-To: ${address}\r\n`).join('');
    const envelope = Buffer.from(`Return-Path: <${message.from}>\r\n${to}`);
    writeFileSync(join(store, 'tmp', name), Buffer.concat([envelope, message.bytes]));
    renameSync(join(store, 'tmp', name), join(store, 'new', name));
  }
}
