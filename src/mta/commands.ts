import { domainToASCII } from 'node:url';
import type { Delivery, Recipient } from './delivery.ts';
import type { ServerFacts } from './types.ts';

const maxAddressChars = 1000;

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
  recipient: Recipient,
  delivery: Delivery,
  facts: ServerFacts,
): string {
  let line = `RCPT TO:<${address}>`;
  if (facts.dsn && delivery.dsn) {
    if (delivery.dsn.notify) line += ` NOTIFY=${delivery.dsn.notify}`;
    if (delivery.dsn.orcpt) {
      // RFC 6533 has a form of its own for what is not ASCII; servers that lack it choke.
      const original = recipient.original ?? recipient.address;
      if (addressShape(original) === 'ascii') line += ` ORCPT=rfc822;${xtext(original)}`;
    }
  }
  return `${line}\r\n`;
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
