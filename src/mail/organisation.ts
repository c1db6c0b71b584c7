/** Which part of a domain name is an organisation's own, by the Public Suffix List. */
import { getDomain } from 'tldts';

/**
 * `example.co.uk` for `mail.example.co.uk`: one label more than a public suffix (RFC 7489 3.2).
 * Undefined for what is a public suffix itself, or no name.
 */
export function organisationalDomain(domain: string): string | undefined {
  const found = getDomain(domain, { allowPrivateDomains: true, validateHostname: false });
  return found === null || found === '' ? undefined : found.toLowerCase();
}
