/** Keys for tests, and the names under which DNS would have them. */
import { generateKeyPairSync } from 'node:crypto';
import { type Algorithm, recordOf, type SigningKey } from '../../../src/mail/dkim/key.ts';
import type { AskKey } from '../../../src/mail/dkim/verify.ts';

/** A fresh key. */
export function testKey(algorithm: Algorithm, domain = 'example.com'): SigningKey {
  const pair =
    algorithm === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 1024 })
      : generateKeyPairSync('ed25519');
  return { domain, selector: `s-${algorithm}`, algorithm, key: pair.privateKey };
}

/** Answers as DNS would. */
export function zoneOf(...keys: readonly SigningKey[]): AskKey {
  const records = new Map(
    keys.map((key) => [`${key.selector}._domainkey.${key.domain}`, [recordOf(key)]]),
  );
  return async (name) => records.get(name.toLowerCase()) ?? 'absent';
}
