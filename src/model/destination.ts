/**
 * What an address at one of our domains may mean.
 *
 * Longest list name first: a list may itself be named like a sub-address of another
 * (`cats-request` beside `cats`). What follows a `+` belongs to the sub-address, or is
 * ignored on a posting address, as MTAs with address extensions would have it.
 */
import { type SubAddress, subAddresses } from './entry.ts';

export type Reading = {
  /** The name of the list, if there is such a list. */
  readonly name: string;
  /** Undefined: a posting. */
  readonly to: SubAddress | undefined;
  /** What stood between the separator and the `@`. */
  readonly detail: string | undefined;
};

/** All readings of a local part, the likeliest first; at most four. */
export function readings(local: string, separator = '+'): Reading[] {
  const text = local.toLowerCase();
  const found: Reading[] = [{ name: text, to: undefined, detail: undefined }];
  const cut = separator === '' ? -1 : text.indexOf(separator);
  const base = cut < 0 ? text : text.slice(0, cut);
  // The detail keeps its case: VERP tags of other people's making may need it.
  const detail = cut < 0 ? undefined : local.slice(cut + separator.length);
  if (cut > 0) found.push({ name: base, to: undefined, detail });
  const sub = subAddresses.find((s) => base.length > s.length + 1 && base.endsWith(`-${s}`));
  if (sub) found.push({ name: base.slice(0, -sub.length - 1), to: sub, detail });
  return found;
}
