/** Who is asked about held postings of a list. */
import { type Address, addressKey } from '../mail/address.ts';
import type { HeldBooks } from './held.ts';
import type { ListView } from './list.ts';

/**
 * The moderators; owners as well where there is none, where two persons must agree and there are
 * not two, or where moderators did not answer (`widened`).
 */
export async function decidersOf(
  held: HeldBooks,
  list: Pick<ListView, 'id' | 'settings'>,
  widened = false,
): Promise<readonly Address[]> {
  const { moderators, owners } = await held.judges(list.id);
  if (moderators.length === 0) return owners;
  const areFew = list.settings.twoModerators && !(await areTwo(held, moderators));
  if (!widened && !areFew) return moderators;
  const known = new Set(moderators.map(addressKey));
  return [...moderators, ...owners.filter((one) => !known.has(addressKey(one)))];
}

/** The same without all addresses of one of them. */
export async function othersThan(
  held: HeldBooks,
  list: Pick<ListView, 'id' | 'settings'>,
  who: string,
): Promise<readonly Address[]> {
  const others: Address[] = [];
  for (const one of await decidersOf(held, list)) {
    if (!(await held.isOnePerson(one, who))) others.push(one);
  }
  return others;
}

async function areTwo(held: HeldBooks, [first, ...more]: readonly Address[]): Promise<boolean> {
  for (const one of more) {
    if (first !== undefined && !(await held.isOnePerson(first, one))) return true;
  }
  return false;
}
