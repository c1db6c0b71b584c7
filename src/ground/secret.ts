/** The site key, and all that is random. */
import { generateKeyPairSync, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exit, explain, UsageError } from './errors.ts';

const keyBytes = 32;

/** Keys for purposes, all derived from the site key: one purpose's tags prove nothing to another. */
export type Secret = { for(purpose: string): Buffer };

/** Makes the site key; fails where there is one. */
export function createSiteKey(keysFolder: string): void {
  writeFileSync(siteKeyFile(keysFolder), `${randomBytes(keyBytes).toString('hex')}\n`, {
    mode: 0o600,
    flag: 'wx',
  });
}

/** Where the key of a site lies. */
export function siteKeyFile(keysFolder: string): string {
  return join(keysFolder, 'site.key');
}

/** Reads the site key. */
export function loadSecret(keysFolder: string): Secret {
  const file = siteKeyFile(keysFolder);
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new UsageError(
      `cannot read the site key ${file}: ${explain(error)}; run as the suite's user, ` +
        'or restore the key from a backup (a new one would break the links already sent)',
      exit.config,
      { cause: error },
    );
  }
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw new UsageError(`${file} is damaged: 64 hexadecimal digits are wanted`, exit.config);
  }
  return secretOf(Buffer.from(text, 'hex'));
}

/** The keys that derive from `key` (HKDF, RFC 5869). */
export function secretOf(key: Buffer): Secret {
  const derived = new Map<string, Buffer>();
  return {
    for(purpose) {
      let found = derived.get(purpose);
      if (!found) {
        found = Buffer.from(hkdfSync('sha256', key, 'listmill', purpose, keyBytes));
        derived.set(purpose, found);
      }
      return found;
    },
  };
}

const wordBytes = 10;
/** Random bytes for so many words are asked for at once: to ask costs more than a word. */
const wordsAhead = 256;
let ahead: Buffer = Buffer.alloc(0);
let used = 0;

/** A fresh word of `[a-z0-9]`, 80 bits. */
export function freshWord(): string {
  if (used === ahead.length) {
    ahead = randomBytes(wordBytes * wordsAhead);
    used = 0;
  }
  used += wordBytes;
  return BigInt(`0x${ahead.toString('hex', used - wordBytes, used)}`)
    .toString(36)
    .padStart(16, '0');
}

/** So many digits of a growing word count time, in steps of so many ms: for 1,400 years. */
const timeDigits = 8;
const timeStepMs = 16;

/**
 * A fresh word of `[a-z0-9]` that sorts behind those of before: for ids of mail that comes in. Rows
 * that are named after them lie side by side then. With words of chance alone nearly each row was
 * on a page of its own, which was most of what a posting wrote into the database.
 */
export function growingWord(now: number): string {
  const time = Math.floor(now / timeStepMs).toString(36);
  // 41 bits of chance: only what comes in the same step must differ.
  return time.padStart(timeDigits, '0') + freshWord().slice(timeDigits);
}

/** Fresh random bytes: for the salts of passwords. */
export function freshBytes(count: number): Buffer {
  return randomBytes(count);
}

/** A fresh private key that signs mail. */
export function freshSigningKey(algorithm: 'rsa' | 'ed25519', bits: number): KeyObject {
  const pair =
    algorithm === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: bits })
      : generateKeyPairSync('ed25519');
  return pair.privateKey;
}
