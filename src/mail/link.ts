/**
 * Links and addresses that speak for one member, lasting as long as he is one.
 *
 * A token is the member's number and a keyed tag over purpose, number and the version of the
 * list's links. Numbers are never used again, so who leaves makes his links void; raising the
 * version makes all of a list's void; a renamed list or a changed address keeps them.
 */
import { type Address, joinAddress, parseAddress } from './address.ts';
import { sameTag, tag } from './keyed.ts';

/** What a link is good for; one cannot be made of the other. */
export type LinkPurpose = 'unsubscribe' | 'preferences';

/** The token of one member's links: [a-z0-9-], good in addresses and in URLs. */
export function linkToken(
  key: Buffer,
  purpose: LinkPurpose,
  member: number,
  version: number,
): string {
  return `${member.toString(36)}-${tag(key, purpose, String(member), String(version))}`;
}

/** The member that a token speaks of, if it is genuine; undefined where it has not the form. */
export function memberOfLink(token: string): number | undefined {
  const [, number = ''] = /^([0-9a-z]{1,10})-[a-z2-7]{16}$/.exec(token.toLowerCase()) ?? [];
  const member = Number.parseInt(number, 36);
  return Number.isSafeInteger(member) && member > 0 ? member : undefined;
}

/** Whether a token is the one that was made for this member at this version. */
export function isGenuineLink(
  key: Buffer,
  purpose: LinkPurpose,
  token: string,
  member: number,
  version: number,
): boolean {
  return sameTag(token, linkToken(key, purpose, member, version));
}

/** The address that unsubscribes at once; undefined where it would be too long. */
export function unsubscribeAddress(
  list: { readonly name: string; readonly domain: string },
  separator: string,
  token: string,
): Address | undefined {
  return parseAddress(joinAddress(`${list.name}-leave${separator}${token}`, list.domain));
}

/** The page of a link below the site's address for pages. */
export function linkUrl(base: string, purpose: LinkPurpose | 'confirm', token: string): string {
  return `${base.replace(/\/+$/, '')}/${purpose}/${token}`;
}
