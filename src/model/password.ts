/** Passwords that lists keep as hashes. */
import { scryptSync, timingSafeEqual } from 'node:crypto';

/** scrypt's cost: some 10 ms, so that a flood of guesses in postings stays affordable to us. */
const cost = { N: 4096, r: 8, p: 1 } as const;
const hashBytes = 32;
const maxPassword = 200;
const form = /^scrypt:([0-9a-f]{32}):([0-9a-f]{64})$/;

/** The form in which a password is kept; `salt` are 16 random bytes. */
export function hashPassword(password: string, salt: Buffer): string {
  const hash = scryptSync(password.normalize('NFC'), salt, hashBytes, cost);
  return `scrypt:${salt.toString('hex')}:${hash.toString('hex')}`;
}

/** Whether a text is what `hashPassword` makes. */
export function isPasswordHash(text: string): boolean {
  return form.test(text);
}

/** Whether a password is the one of a hash, compared in constant time. */
export function isPassword(password: string, kept: string): boolean {
  const [, salt, hash] = form.exec(kept) ?? [];
  if (salt === undefined || hash === undefined || password.length > maxPassword) return false;
  const tried = scryptSync(password.normalize('NFC'), Buffer.from(salt, 'hex'), hashBytes, cost);
  return timingSafeEqual(tried, Buffer.from(hash, 'hex'));
}
