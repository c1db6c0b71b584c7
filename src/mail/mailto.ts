import { type Address, domainOf, localPart, wireAddress } from './address.ts';

/** What may stand in the local part of a mailto URL as it is (RFC 6068). */
const safe = /[^A-Za-z0-9!$'*+\-._~]/gu;

/** A mailto URL in angle brackets, as the List-* fields want it (RFC 2369, RFC 6068). */
export function mailto(address: Address, subject?: string): string {
  const wire = wireAddress(address);
  const local = localPart(wire).replace(safe, percent);
  const query = subject === undefined ? '' : `?subject=${subject.replace(safe, percent)}`;
  return `<mailto:${local}@${domainOf(wire)}${query}>`;
}

/** A URL in angle brackets; what would end the brackets or the line is escaped. */
export function bracketed(url: string): string {
  return `<${url.trim().replace(/[^!-~]|[<>"]/gu, percent)}>`;
}

function percent(text: string): string {
  let out = '';
  for (const byte of Buffer.from(text)) {
    out += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}
