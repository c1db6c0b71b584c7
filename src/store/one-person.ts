/** Whether two who decided are one person: a second word must come from somebody else. */
import { type Address, addressKey, localPart, parseAddress } from '../mail/address.ts';
import type { Database } from './sqlite.ts';
import { userOf } from './users.ts';

type Names = {
  /** All addresses of his, by their keys. */
  readonly keys: ReadonlySet<string>;
  /** What stands before the @ of them; of `cli:ann` the name. */
  readonly locals: ReadonlySet<string>;
  readonly isLogin: boolean;
};

/**
 * Addresses are one person where they are spelled differently only, or belong to one user. Whoever
 * sits at the machine is known by his login alone: he is taken for the owner of each address
 * that begins so. That errs on the side of asking a third.
 */
export function isOnePerson(db: Database, one: string, other: string): boolean {
  if (one === other) return true;
  const [first, second] = [namesOf(db, one), namesOf(db, other)];
  const [a, b] =
    first.isLogin || second.isLogin ? [first.locals, second.locals] : [first.keys, second.keys];
  return [...a].some((name) => b.has(name));
}

function namesOf(db: Database, who: string): Names {
  const address = parseAddress(who);
  if (address === undefined) {
    const login = who.slice(who.lastIndexOf(':') + 1).toLowerCase();
    return { keys: new Set(), locals: new Set([login]), isLogin: true };
  }
  const all = userOf(db, address)?.addresses.map((one) => one.address as Address) ?? [];
  const locals = [address, ...all].map((one) => localPart(one).toLowerCase().replace(/\+.*$/, ''));
  return {
    keys: new Set([address, ...all].map(addressKey)),
    locals: new Set(locals),
    isLogin: false,
  };
}
