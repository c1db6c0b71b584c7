import assert from 'node:assert/strict';
import { domainToASCII } from 'node:url';
import type { HeaderBlock } from './headers.ts';
import { addressparser } from './nodemailer.ts';
import { decodeWords, formatPhrase, oneLine } from './words.ts';

declare const addressBrand: unique symbol;
declare const keyBrand: unique symbol;

/** A mail address as its owner writes it, checked: safe in an envelope and in a header. */
export type Address = string & { readonly [addressBrand]: true };
/** An address in the form in which two spellings of one mailbox are equal. */
export type AddressKey = string & { readonly [keyBrand]: true };

/** One entry of an address field. `address` is missing where none could be read. */
export type Mailbox = {
  readonly name: string;
  readonly address?: Address;
  /** The address as the field had it, checked or not. */
  readonly raw: string;
};

/** RFC 5321 section 4.5.3.1.1, in octets. */
const maxLocalBytes = 64;
/** RFC 5321 section 4.5.3.1.3 less the angle brackets, in octets. */
const maxAddressBytes = 254;
/** Longest address field that is read, and most entries taken from one. */
const maxFieldChars = 262_144;
const maxMailboxes = 10_000;

// Dots at the ends or in a row break the RFC but exist: some carriers gave such addresses out.
const dotString = /^[^\s\p{Cc}\p{Cf}\p{Cs}"(),:;<>@[\\\]]+$/u;
// Narrower than the RFC: no <, > or @ within quotes, which other programs would read as syntax.
const quotedString = /^"(?:[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}"\\<>@]|\\[ -;=?A-~])*"$/u;
const asciiDomain = /^(?!-)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*$/;
const literalDomain = /^\[[0-9A-Za-z.:-]{3,64}\]$/;

/** Read a bare address, with or without angle brackets; undefined where it is none. */
export function parseAddress(text: string): Address | undefined {
  let spec = text.trim();
  if (spec.startsWith('<') && spec.endsWith('>')) spec = spec.slice(1, -1).trim();
  return isAddress(spec) ? spec : undefined;
}

function isAddress(text: string): text is Address {
  const at = text.lastIndexOf('@');
  if (at < 1 || text.length > maxAddressBytes || Buffer.byteLength(text) > maxAddressBytes) {
    return false;
  }
  const local = text.slice(0, at);
  if (Buffer.byteLength(local) > maxLocalBytes) return false;
  if (!dotString.test(local) && !quotedString.test(local)) return false;
  const domain = text.slice(at + 1);
  return literalDomain.test(domain) || asciiForm(domain) !== undefined;
}

/** The A-label form of a domain in lower case, or undefined where it is no domain. */
function asciiForm(domain: string): string | undefined {
  if (asciiDomain.test(domain)) return domain.toLowerCase();
  // Only what is not ASCII goes through the URL standard's rules: they would read 1.2.3 as an IPv4.
  if (/^[ -~]*$/.test(domain)) return undefined;
  if (!/^[\p{L}\p{M}\p{N}_.\-\u00b7\u3002\uff0e\uff61]+$/u.test(domain)) return undefined;
  const ascii = domainToASCII(domain);
  return ascii.length <= 253 && asciiDomain.test(ascii) ? ascii : undefined;
}

/** The form for comparing: domain as lower-case A-label, local part without case, in NFC. */
export function addressKey(address: Address): AddressKey {
  const domain = domainOf(address);
  const key = `${foldLocal(localPart(address))}@${asciiForm(domain) ?? domain.toLowerCase()}`;
  return brandKey(key);
}

function foldLocal(local: string): string {
  const bare = unquoted(local);
  // The final sigma is the one letter whose lower case depends on its neighbours.
  return bare.toLowerCase().replaceAll('ς', 'σ').normalize('NFC');
}

/** "john"@example.com is john@example.com: quotes count only around what needs them. */
function unquoted(local: string): string {
  if (!/^".*"$/s.test(local)) return local;
  const inner = local.slice(1, -1).replace(/\\(.)/g, '$1');
  return dotString.test(inner) ? inner : local;
}

/**
 * Local part without needless quotes, and domain as A-label, of what somebody wrote for an address;
 * also where it is too long to be one (a VERP tag may make it so).
 */
export function mailboxParts(text: string): { local: string; domain: string } | undefined {
  const at = text.lastIndexOf('@');
  if (at < 1) return undefined;
  const domain = text.slice(at + 1);
  return { local: unquoted(text.slice(0, at)), domain: asciiForm(domain) ?? domain.toLowerCase() };
}

function brandKey(key: string): AddressKey {
  return key as AddressKey;
}

/** What stands before the @. */
export function localPart(address: Address): string {
  return address.slice(0, address.lastIndexOf('@'));
}

/** What stands behind the @, as written. */
export function domainOf(address: Address): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

/** Whether an address can go over SMTP only with SMTPUTF8 (ask about `wireAddress` of it). */
export function needsSmtpUtf8(address: Address): boolean {
  return !/^[ -~]*$/.test(address);
}

/** The address as it goes over SMTP: the domain as A-label, so fewer servers are asked too much. */
export function wireAddress(address: Address): Address {
  const domain = domainOf(address);
  if (asciiDomain.test(domain)) return address;
  const ascii = asciiForm(domain);
  const wire = `${localPart(address)}@${ascii ?? domain}`;
  return isAddress(wire) ? wire : address;
}

/** The address of a local part and a domain, which together must be one. */
export function joinAddress(local: string, domain: string): Address {
  const joined = `${local}@${domain}`;
  assert(isAddress(joined), `no address: ${JSON.stringify(joined)}`);
  return joined;
}

/**
 * The mailboxes of an address field, groups flattened, names decoded.
 *
 * Takes the value undecoded (`headers.raw`): decoding first would let an encoded word smuggle an
 * address in. Never throws; whatever cannot be read has no `address`.
 */
export function parseAddressList(value: string): Mailbox[] {
  const text = oneLine(value.slice(0, maxFieldChars));
  const found = addressparser(text, { flatten: true }).slice(0, maxMailboxes);
  return found.map(({ name, address }) => {
    const raw = address === '' ? name : address;
    const known = parseAddress(address);
    const shown = decodeWords(name);
    return known === undefined ? { name: shown, raw } : { name: shown, address: known, raw };
  });
}

/** All mailboxes of all fields with that name. */
export function mailboxesIn(headers: Pick<HeaderBlock, 'raw'>, name: string): Mailbox[] {
  return headers.raw(name).flatMap(parseAddressList);
}

/** A mailbox as it stands in a header: `"Name" <address>`, the name encoded where needed. */
export function formatMailbox(name: string, address: Address): string {
  const phrase = formatPhrase(name);
  return phrase === '' ? address : `${phrase} <${address}>`;
}
