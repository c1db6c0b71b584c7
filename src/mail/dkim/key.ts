/** Keys of signatures, and how DNS publishes them (RFC 6376 section 3.6.1, RFC 8463). */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { compact, readTags } from './tags.ts';

export const algorithms = ['rsa', 'ed25519'] as const;
export type Algorithm = (typeof algorithms)[number];

/** A key that signs for a domain, under the name by which verifiers find its other half. */
export type SigningKey = {
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: Algorithm;
  readonly key: KeyObject;
};

/** Verifiers need not take shorter ones (RFC 8301). */
const minRsaBits = 1024;
const ed25519Bytes = 32;

/** The algorithm of a key; undefined where it is none that signs mail. */
export function algorithmOf(key: KeyObject): Algorithm | undefined {
  const type = key.asymmetricKeyType;
  return type === 'rsa' || type === 'ed25519' ? type : undefined;
}

/** A private key from its file; undefined where the text is none that signs mail. */
export function readPrivateKey(pem: string): { key: KeyObject; algorithm: Algorithm } | undefined {
  try {
    const key = createPrivateKey(pem);
    const algorithm = algorithmOf(key);
    return algorithm && { key, algorithm };
  } catch {
    return undefined;
  }
}

/** What the TXT record of a private key must say. */
export function recordOf({ key, algorithm }: Pick<SigningKey, 'key' | 'algorithm'>): string {
  return `v=DKIM1; k=${algorithm}; p=${publicText(key)}`;
}

/** The public half as records have it: of RSA the whole structure, of Ed25519 the bytes alone. */
export function publicText(key: KeyObject): string {
  const half = key.type === 'public' ? key : createPublicKey(key);
  const der = half.export({ type: 'spki', format: 'der' });
  const bytes = algorithmOf(key) === 'ed25519' ? der.subarray(-ed25519Bytes) : der;
  return bytes.toString('base64');
}

export type PublishedKey =
  | { readonly kind: 'key'; readonly algorithm: Algorithm; readonly key: KeyObject }
  | { readonly kind: 'revoked' }
  | { readonly kind: 'broken'; readonly why: string };

/** The start of the DER of an Ed25519 public key, which records leave out. */
const ed25519Head = Buffer.from('302a300506032b6570032100', 'hex');

/** Reads a record of a key. */
export function readRecord(text: string): PublishedKey {
  const tags = readTags(text);
  if (!tags) return { kind: 'broken', why: 'the record is no list of tags' };
  if ((tags.get('v') ?? 'DKIM1') !== 'DKIM1') return { kind: 'broken', why: 'it is not v=DKIM1' };
  const hashes = tags.get('h')?.split(':');
  if (hashes && !hashes.some((one) => one.trim() === 'sha256')) {
    return { kind: 'broken', why: 'the key is not for sha256' };
  }
  const services = (tags.get('s') ?? '*').split(':').map((one) => one.trim());
  if (!services.includes('*') && !services.includes('email')) {
    return { kind: 'broken', why: 'the key is not for mail' };
  }
  const value = compact(tags.get('p'));
  if (!tags.has('p')) return { kind: 'broken', why: 'the record has no p=' };
  if (value === '') return { kind: 'revoked' };
  const algorithm = tags.get('k') ?? 'rsa';
  if (algorithm !== 'rsa' && algorithm !== 'ed25519') {
    return { kind: 'broken', why: `k=${algorithm} is not known` };
  }
  const key = publicKey(algorithm, Buffer.from(value, 'base64'));
  if (!key) return { kind: 'broken', why: `p= is no ${algorithm} key` };
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (algorithm === 'rsa' && bits < minRsaBits) {
    return {
      kind: 'broken',
      why: `the key has ${bits} bits; less than ${minRsaBits} are not safe`,
    };
  }
  return { kind: 'key', algorithm, key };
}

function publicKey(algorithm: Algorithm, bytes: Buffer): KeyObject | undefined {
  const isBare = algorithm === 'ed25519' && bytes.length === ed25519Bytes;
  const der = isBare ? Buffer.concat([ed25519Head, bytes]) : bytes;
  for (const type of algorithm === 'rsa' ? (['spki', 'pkcs1'] as const) : (['spki'] as const)) {
    try {
      const key = createPublicKey({ key: der, format: 'der', type });
      if (algorithmOf(key) === algorithm) return key;
    } catch {
      // Some records have RSA keys without the structure around it.
    }
  }
  return undefined;
}
