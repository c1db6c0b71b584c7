import assert from 'node:assert/strict';
import {
  type Address,
  addressKey,
  domainOf,
  localPart,
  parseAddress,
  wireAddress,
} from './address.ts';
import { sameTag, shortTag } from './keyed.ts';

/**
 * Return paths that say whose copy came back, and prove that we sent it:
 * `list-bounces+<tag>.<mailing>.<local>=<domain>@host`, where that is too long for a local part
 * `list-bounces+<tag>.<mailing>.<number>@host`, and for a transaction in which the MTA adds the
 * recipient itself (XVERP) `list-bounces+<tag>.<mailing>` followed by `+<local>=<domain>`.
 */
export type VerpTarget =
  | { readonly kind: 'recipient'; readonly mailing: string; readonly recipient: Address }
  | { readonly kind: 'number'; readonly mailing: string; readonly number: number }
  /** The tag vouches for the mailing only: any recipient of it could have written this. */
  | { readonly kind: 'shared'; readonly mailing: string; readonly recipient: Address | undefined };

/** Whose addresses they are: the site's key and the List-Id. */
export type VerpKey = { readonly key: Buffer; readonly list: string };

const mailingId = /^[a-z0-9-]{1,40}$/;

/** Everything about a return path that is the same for all recipients of a mailing. */
export type VerpMailing = VerpKey & {
  /** `list-bounces@host`. */
  readonly bounces: Address;
  /** A short id of the mailing, [a-z0-9-]. */
  readonly mailing: string;
  /** What separates the address from its detail; the MTA must know the same one. */
  readonly separator?: string;
};

/**
 * The return path for one recipient. Falls back to the recipient's number where the address does
 * not fit; undefined where there is no number either: use the plain bounce address then.
 */
export function encodeVerp(
  mailing: VerpMailing,
  recipient: Address,
  number?: number,
): Address | undefined {
  const wire = wireAddress(recipient);
  const local = localPart(wire);
  const spelled = local.startsWith('"')
    ? undefined // quotes inside a local part would need quotes around it
    : withDetail(mailing, ['address', addressKey(recipient)], `${local}=${domainOf(wire)}`);
  if (spelled !== undefined || number === undefined) return spelled;
  return withDetail(mailing, ['number', String(number)], String(number));
}

/** The return path for a transaction in which the MTA adds the recipient (XVERP, marks `+=`). */
export function encodeSharedVerp(mailing: VerpMailing): Address | undefined {
  return withDetail(mailing, ['shared'], undefined);
}

/** Names the mailing in what MTAs repeat of our envelope (ENVID, RFC 3461), and proves that we did. */
export function envelopeId({ key, list }: VerpKey, mailing: string): string {
  return `${tagOf({ key, list }, mailing, ['shared'])}.${mailing}`;
}

function withDetail(
  { key, list, bounces, mailing, separator = '+' }: VerpMailing,
  what: readonly string[],
  rest: string | undefined,
): Address | undefined {
  assert(mailingId.test(mailing), `no mailing id: ${mailing}`);
  const detail = `${tagOf({ key, list }, mailing, what)}.${mailing}`;
  const full = rest === undefined ? detail : `${detail}.${rest}`;
  return parseAddress(`${localPart(bounces)}${separator}${full}@${domainOf(bounces)}`);
}

function tagOf({ key, list }: VerpKey, mailing: string, what: readonly string[]): string {
  return shortTag(key, 'verp', list.toLowerCase(), mailing, ...what);
}

/**
 * Read what stands behind the separator of a bounce address. Undefined where it is none of ours:
 * another kind of address, a forged or damaged tag. Case does not count.
 */
export function decodeVerp(owner: VerpKey, detail: string): VerpTarget | undefined {
  const match = /^([a-z2-7]{8})\.([a-z0-9-]{1,40})(?:([.+])(.+))?$/is.exec(detail);
  if (!match) return undefined;
  const [, tag = '', mailingText = '', mark, rest = ''] = match;
  const mailing = mailingText.toLowerCase();
  const genuine = (...what: readonly string[]): boolean =>
    sameTag(tag, tagOf(owner, mailing, what));
  if (mark === undefined) {
    return genuine('shared') ? { kind: 'shared', mailing, recipient: undefined } : undefined;
  }
  if (mark === '.' && /^\d{1,15}$/.test(rest)) {
    const number = Number(rest);
    return genuine('number', String(number)) ? { kind: 'number', mailing, number } : undefined;
  }
  const recipient = recipientOf(rest);
  if (recipient === undefined) return undefined;
  if (mark === '+') return genuine('shared') ? { kind: 'shared', mailing, recipient } : undefined;
  return genuine('address', addressKey(recipient))
    ? { kind: 'recipient', mailing, recipient }
    : undefined;
}

/** The last `=` separates: a local part may hold one, a domain may not. */
function recipientOf(text: string): Address | undefined {
  const at = text.lastIndexOf('=');
  return at < 1 ? undefined : parseAddress(`${text.slice(0, at)}@${text.slice(at + 1)}`);
}
