import { addressAt } from '../model/recipients.ts';
import { localRefusal } from './answers.ts';
import {
  addressShape,
  asciiAddress,
  Commands,
  mailCommand,
  plainEnd,
  xverpPath,
} from './commands.ts';
import type { Delivery, Untried } from './delivery.ts';
import { octetsWith } from './render.ts';
import { type Limits, Transaction } from './transaction.ts';
import type { Answer, OnAnswer, ServerFacts } from './types.ts';

/** An address as it goes into commands on this connection. */
type WireAddress = { readonly text: string; readonly utf8: boolean };
/** Most are written as they stand among the recipients. */
type Spelt = { readonly text: string | undefined; readonly utf8: boolean };

const asItStands: Spelt = { text: undefined, utf8: false };

/** Who shares a transaction; `spelt` has the addresses that are written otherwise. */
type Group = {
  readonly to: number[];
  readonly spelt: Map<number, string>;
  readonly utf8: boolean;
};

/** Cuts a delivery into transactions that this server can take; what it cannot is refused here. */
export class Plan {
  readonly #delivery: Delivery;
  readonly #untried: Untried;
  readonly #facts: ServerFacts;
  readonly #limits: Limits;
  readonly #onAnswer: OnAnswer;
  readonly #noValues: readonly string[];

  constructor(
    delivery: Delivery,
    untried: Untried,
    facts: ServerFacts,
    limits: Limits,
    onAnswer: OnAnswer,
  ) {
    this.#delivery = delivery;
    this.#untried = untried;
    this.#facts = facts;
    this.#limits = limits;
    this.#onAnswer = onAnswer;
    this.#noValues = delivery.message.holes.map(() => '');
  }

  /** How many recipients nobody has taken yet. */
  get left(): number {
    return this.#untried.size;
  }

  /** The next transaction; undefined when nobody is left. */
  next(): Transaction | undefined {
    for (;;) {
      const first = this.#untried.take();
      if (first === undefined) return undefined;
      const address = this.#recipient(first);
      if ('kind' in address) {
        this.#onAnswer([first], { ...address, stage: 'rcpt' });
        continue;
      }
      const transaction = this.#begin(first, address);
      if (transaction !== undefined) return transaction;
    }
  }

  /** Gives recipients back that did not fit into their transaction. */
  putBack(indexes: readonly number[]): void {
    this.#untried.putBack(indexes);
  }

  /** Gives recipients back whose transaction broke off. */
  putLast(indexes: readonly number[]): void {
    this.#untried.putLast(indexes);
  }

  #begin(first: number, address: Spelt): Transaction | undefined {
    const { envelope, recipients } = this.#delivery;
    switch (envelope.kind) {
      case 'each': {
        const { xverp } = envelope;
        if (xverp && this.#facts.xverp) {
          return this.#gather(first, address, xverp.base, xverp.delimiters);
        }
        const path = envelope.returnPath(first);
        return this.#build(groupOf(first, address), path, envelope.values(first), undefined);
      }
      case 'xverp': {
        if (this.#facts.xverp) {
          const { base, delimiters } = envelope;
          return this.#gather(first, address, base, delimiters);
        }
        const path = xverpPath(envelope.base, envelope.delimiters, addressAt(recipients, first));
        return this.#build(groupOf(first, address), path, this.#noValues, undefined);
      }
      case 'shared':
        return this.#gather(first, address, envelope.returnPath, undefined);
    }
  }

  /** Takes as many recipients as may share a transaction with the first. */
  #gather(
    first: number,
    address: Spelt,
    returnPath: string | null,
    xverp: string | undefined,
  ): Transaction | undefined {
    const group = groupOf(first, address);
    const { to, spelt } = group;
    const { recipients } = this.#delivery;
    const domainMax = this.#facts.rcptDomainMax;
    const isCounted = domainMax < Number.POSITIVE_INFINITY;
    const domains = new Set(isCounted ? [domainOf(addressAt(recipients, first))] : []);
    while (to.length < this.#limits.rcptMax) {
      const index = this.#untried.take();
      if (index === undefined) break;
      const next = this.#recipient(index);
      if ('kind' in next) {
        this.#onAnswer([index], { ...next, stage: 'rcpt' });
        continue;
      }
      if (isCounted) domains.add(domainOf(addressAt(recipients, index)));
      // SMTPUTF8 is said for a transaction: plain addresses must not suffer for the others.
      if (domains.size > domainMax || next.utf8 !== address.utf8) {
        this.#untried.putBack([index]);
        break;
      }
      to.push(index);
      if (next.text !== undefined) spelt.set(index, next.text);
    }
    return this.#build(group, returnPath, this.#noValues, xverp);
  }

  #build(
    { to, spelt, ...group }: Group,
    path: string | null,
    values: readonly string[],
    xverp: string | undefined,
  ): Transaction | undefined {
    const { message } = this.#delivery;
    const facts = this.#facts;
    const returnPath = path === null ? { text: '', utf8: false } : this.#address(path);
    const octets = octetsWith(message, values);
    const refusal = 'kind' in returnPath ? returnPath : this.#tooLarge(octets);
    if (refusal !== undefined || 'kind' in returnPath) {
      this.#onAnswer(to, refusal ?? localRefusal('mail', 553, '5.1.7', 'bad return path'));
      return undefined;
    }
    const utf8 = returnPath.utf8 || group.utf8;
    const smtputf8 = utf8 || (this.#delivery.utf8Headers === true && facts.smtputf8);
    const eightBit = message.eightBit || values.some(hasEightBit);
    const needs = { returnPath: returnPath.text, octets, eightBit, smtputf8, xverp };
    const mail = mailCommand(needs, this.#delivery, facts);
    const commands = new Commands(mail, to, spelt, this.#delivery, facts);
    return new Transaction(to, commands, values);
  }

  #recipient(index: number): Spelt | Answer {
    const { recipients } = this.#delivery;
    if (plainEnd(recipients, index) > 0) return asItStands;
    return this.#address(addressAt(recipients, index));
  }

  #address(address: string): WireAddress | Answer {
    const shape = addressShape(address);
    if (shape === 'ascii') return { text: address, utf8: false };
    if (shape === 'broken') return localRefusal('mail', 553, '5.1.3', 'not an address');
    if (this.#facts.smtputf8) return { text: address, utf8: true };
    const ascii = asciiAddress(address);
    if (ascii !== undefined) return { text: ascii, utf8: false };
    return localRefusal('mail', 550, '5.6.7', 'the mail server does not offer SMTPUTF8');
  }

  #tooLarge(octets: number): Answer | undefined {
    const limit = this.#facts.size ?? 0;
    if (limit === 0 || octets <= limit) return undefined;
    const why = `the message has ${octets} octets, the mail server takes ${limit}`;
    return localRefusal('mail', 552, '5.3.4', why);
  }
}

function groupOf(first: number, { text, utf8 }: Spelt): Group {
  return { to: [first], spelt: new Map(text === undefined ? [] : [[first, text]]), utf8 };
}

function hasEightBit(value: string): boolean {
  return Buffer.byteLength(value) !== value.length;
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
