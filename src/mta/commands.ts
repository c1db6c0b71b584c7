import { domainToASCII } from 'node:url';
import { addressAt, addressStart, type Recipients } from '../model/recipients.ts';
import type { Delivery } from './delivery.ts';
import type { Outbox } from './outbox.ts';
import type { ServerFacts } from './types.ts';

const maxAddressChars = 1000;
const quote = 34;

/** An address as it can stand in a command: plain, needing SMTPUTF8, or not at all. */
export type AddressShape = 'ascii' | 'utf8' | 'broken';

/** Looks for what could break out of `<...>`; the grammar proper was checked where it came in. */
export function addressShape(address: string): AddressShape {
  if (address.length === 0 || address.length > maxAddressChars) return 'broken';
  const quoted = address.charCodeAt(0) === 34;
  let shape: AddressShape = 'ascii';
  for (let i = 0; i < address.length; i++) {
    const c = address.charCodeAt(i);
    if (c > 126) {
      // DEL and the C1 controls, which some servers take for line ends.
      if (c < 160) return 'broken';
      shape = 'utf8';
    } else if (c < 32 || (!quoted && (c === 32 || c === 60 || c === 62))) {
      return 'broken';
    }
  }
  return shape;
}

/** The same mailbox without SMTPUTF8, where only its domain needed it; else undefined. */
export function asciiAddress(address: string): string | undefined {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  if (at < 1 || addressShape(local) !== 'ascii') return undefined;
  const domain = domainToASCII(address.slice(at + 1));
  return domain === '' ? undefined : `${local}@${domain}`;
}

/** What the parameters of MAIL depend on, apart from the server. */
export type MailNeeds = {
  readonly returnPath: string;
  readonly octets: number;
  readonly eightBit: boolean;
  readonly smtputf8: boolean;
  readonly xverp: string | undefined;
};

/**
 * Writes the MAIL command with the parameters that are both needed and offered. Where 8BITMIME is
 * not, a message comes here re-coded; one that cannot be goes as it is, as no server in use cuts
 * the eighth bit off.
 */
export function mailCommand(needs: MailNeeds, delivery: Delivery, facts: ServerFacts): string {
  let line = `MAIL FROM:<${needs.returnPath}>`;
  if (facts.size !== undefined) line += ` SIZE=${needs.octets}`;
  if (facts.eightBit && (needs.eightBit || needs.smtputf8)) line += ' BODY=8BITMIME';
  if (needs.smtputf8) line += ' SMTPUTF8';
  if (needs.xverp !== undefined) line += needs.xverp === '' ? ' XVERP' : ` XVERP=${needs.xverp}`;
  if (facts.dsn && delivery.dsn) {
    if (delivery.dsn.ret) line += ` RET=${delivery.dsn.ret}`;
    if (delivery.dsn.envid) line += ` ENVID=${xtext(delivery.dsn.envid)}`;
  }
  return `${line}\r\n`;
}

/** Writes the RCPT command for an address that `addressShape` let pass. */
export function rcptCommand(
  address: string,
  original: string,
  { dsn }: Pick<Delivery, 'dsn'>,
  facts: ServerFacts,
): string {
  let line = `RCPT TO:<${address}>`;
  if (facts.dsn && dsn) {
    if (dsn.notify) line += ` NOTIFY=${dsn.notify}`;
    // RFC 6533 has a form of its own for what is not ASCII; servers that lack it choke.
    if (dsn.orcpt && addressShape(original) === 'ascii') line += ` ORCPT=rfc822;${xtext(original)}`;
  }
  return `${line}\r\n`;
}

/** Where an address ends that can stand in a command as it is in the lines; else -1. */
export function plainEnd(recipients: Recipients, index: number): number {
  const { bytes } = recipients;
  const from = addressStart(recipients, index);
  for (let at = from; ; at += 1) {
    const c = bytes[at] ?? 0;
    if (c === quote) return at > from && at - from <= maxAddressChars ? at : -1;
    // A backslash escapes what follows it: one that knows JSON must read it.
    if (c <= 32 || c > 126 || c === 60 || c === 62 || c === 92) return -1;
  }
}

const rcptTo = Buffer.from('RCPT TO:<');
const rcptEnd = Buffer.from('>\r\n');

/**
 * The commands of one transaction: MAIL, every RCPT, DATA. They are written when they go out: to
 * make a text for each of a million recipients costs more than to send it.
 */
export class Commands {
  readonly length: number;
  readonly #mail: string;
  readonly #to: readonly number[];
  readonly #spelt: ReadonlyMap<number, string>;
  readonly #delivery: Delivery;
  readonly #facts: ServerFacts;

  /** `spelt`: the addresses that are written otherwise than they stand among the recipients. */
  constructor(
    mail: string,
    to: readonly number[],
    spelt: ReadonlyMap<number, string>,
    delivery: Delivery,
    facts: ServerFacts,
  ) {
    this.length = to.length + 2;
    this.#mail = mail;
    this.#to = to;
    this.#spelt = spelt;
    this.#delivery = delivery;
    this.#facts = facts;
  }

  /** Whether one says more than an address. */
  hasParameters(n: number): boolean {
    return n === 0 ? /> [A-Z0-9]/i.test(this.#mail) : this.#asksDsn;
  }

  write(n: number, outbox: Outbox): void {
    if (n === 0) outbox.addText(this.#mail);
    else if (n > this.#to.length) outbox.addText('DATA\r\n');
    else this.#rcpt(n - 1, outbox);
  }

  get #asksDsn(): boolean {
    const { dsn } = this.#delivery;
    return this.#facts.dsn && (dsn?.notify !== undefined || dsn?.orcpt === true);
  }

  #rcpt(n: number, outbox: Outbox): void {
    const { recipients } = this.#delivery;
    const index = this.#to[n] ?? 0;
    const spelt = this.#spelt.size === 0 ? undefined : this.#spelt.get(index);
    if (spelt !== undefined || this.#asksDsn) {
      const original = addressAt(recipients, index);
      outbox.addText(rcptCommand(spelt ?? original, original, this.#delivery, this.#facts));
      return;
    }
    const { bytes, starts } = recipients;
    const most = (starts[index + 1] ?? 0) - (starts[index] ?? 0);
    outbox.addFramed(rcptTo, bytes, addressStart(recipients, index), quote, rcptEnd, most);
  }
}

/** RFC 3461 xtext: what is not printable ASCII, and + and =, as +HH. */
function xtext(text: string): string {
  return text.replace(/[^!-~]|[+=]/gu, (char) =>
    [...Buffer.from(char)].map((b) => `+${b.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

/**
 * The return path that a server with XVERP would make (Postfix's form): the recipient between
 * the base's local part and its @. For servers without it.
 */
export function xverpPath(base: string, delimiters: string, recipient: string): string {
  const [start, equals] = delimiters === '' ? ['+', '='] : delimiters;
  const at = base.lastIndexOf('@');
  const tail = recipient.lastIndexOf('@');
  const user = `${recipient.slice(0, tail)}${equals}${recipient.slice(tail + 1)}`;
  return `${base.slice(0, at)}${start}${user}${base.slice(at)}`;
}
