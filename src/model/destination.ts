/**
 * What an address at one of our domains may mean.
 *
 * Longest list name first: a list may itself be named like a sub-address of another
 * (`cats-request` beside `cats`). What follows a `+` belongs to the sub-address, or is
 * ignored on a posting address, as MTAs with address extensions would have it.
 */
import { type SubAddress, subAddresses } from './incoming-work.ts';

export type Reading = {
  /** The name of the list, if there is such a list. */
  readonly name: string;
  /** Undefined: a posting. */
  readonly to: SubAddress | undefined;
  /** What stood between the separator and the `@`. */
  readonly detail: string | undefined;
};

/** All readings of a local part, the likeliest first; a handful at most. */
export function readings(local: string, separator = '+'): Reading[] {
  const text = local.toLowerCase();
  const found: Reading[] = [{ name: text, to: undefined, detail: undefined }];
  // Names of lists may hold a `-`, `_` or `.`: there it separates only behind a sub-address.
  if (/^[-_.]$/.test(separator)) found.push(...detailed(local, separator));
  const cut = /^[+=]$/.test(separator) ? text.indexOf(separator) : -1;
  const base = cut < 0 ? text : text.slice(0, cut);
  // The detail keeps its case: VERP tags of other people's making may need it.
  const detail = cut < 0 ? undefined : local.slice(cut + separator.length);
  if (cut > 0) found.push({ name: base, to: undefined, detail });
  const sub = subAddresses.find((s) => base.length > s.length + 1 && base.endsWith(`-${s}`));
  if (sub) found.push({ name: base.slice(0, -sub.length - 1), to: sub, detail });
  return found;
}

/** `cats-bounces-DETAIL`: the first sub-address in it that something follows. */
function detailed(local: string, separator: string): Reading[] {
  const text = local.toLowerCase();
  return subAddresses
    .map((to) => ({ to, at: text.indexOf(`-${to}${separator}`) }))
    .filter(({ at }) => at > 0)
    .sort((a, b) => a.at - b.at)
    .map(({ to, at }) => ({
      name: text.slice(0, at),
      to,
      detail: local.slice(at + to.length + 1 + separator.length),
    }));
}
