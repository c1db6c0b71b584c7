/**
 * Comparing columns with an address where they keep it as somebody wrote it. SQL's `lower` knows
 * ASCII only, and neither A-labels nor needless quotes: what compares is the key.
 */
import { addressKey, parseAddress } from '../mail/address.ts';
import { sql } from './sql.ts';
import type { Database } from './sqlite.ts';

/** What stands before the former address in a consent that moved with its owner. */
export const movedFrom = 'change of address from ';

/** Makes `address_key` and `names_address` known to a connection. */
export function defineSpellings(db: Database): void {
  db.define('address_key', (text) => (typeof text === 'string' ? keyOf(text) : null));
  db.define('names_address', (json, key) => (names(parsed(String(json)), String(key)) ? 1 : 0));
}

/** True in SQL where a column holds the address with that key, however it is spelled. */
export function isSpelling(column: string, key: string) {
  return sql<boolean>`address_key(${sql.ref(column)}) = ${key}`;
}

/** True in SQL where a column's JSON has the address with that key in one of its texts. */
export function namesAddress(column: string, key: string) {
  const ref = sql.ref(column);
  return sql<boolean>`(${ref} like '%@%' and names_address(${ref}, ${key}) = 1)`;
}

/** True in SQL of a posting in digests that is of an author: what stands there may be his name. */
export function isDigestedOf(key: string) {
  const own = sql`select list, number from posting where ${isSpelling('author', key)}`;
  return sql<boolean>`(${isSpelling('digest_posting.author', key)}
    or (digest_posting.list, digest_posting.number) in (${own}))`;
}

function keyOf(text: string): string {
  // Of most addresses the key is the lower case: a table has millions of them.
  if (/^[!#-~]*$/.test(text)) return text.toLowerCase();
  const address = parseAddress(text);
  return address === undefined ? text.toLowerCase() : addressKey(address);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

function names(value: unknown, key: string): boolean {
  if (typeof value === 'string') {
    const bare = value.startsWith(movedFrom) ? value.slice(movedFrom.length) : value;
    return keyOf(bare) === key || bare.split(/\s+/).some((word) => keyOf(word) === key);
  }
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((one) => names(one, key));
}
