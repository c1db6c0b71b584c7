/** Verifies signatures of messages (RFC 6376, RFC 8463, RFC 8301). */
import { createHash, verify as verifyBytes } from 'node:crypto';
import type { Message } from '../message.ts';
import { bodyStream } from '../range.ts';
import { BodyHasher, type Canonical, relaxedField } from './canonical.ts';
import { type PublishedKey, readRecord } from './key.ts';
import { coveredText, type RawField, rawFields } from './sign.ts';
import { compact, readTags, withoutSignature } from './tags.ts';

/** Words of RFC 8601 section 2.7.1. */
export type Verdict = 'pass' | 'fail' | 'neutral' | 'temperror' | 'permerror';

export type Verified = {
  readonly result: Verdict;
  /** Why it did not pass. */
  readonly why: string | undefined;
  readonly domain: string;
  readonly selector: string;
  /** The start of the signature, which tells several by one domain apart (RFC 6008). */
  readonly start: string;
};

/** The TXT records of a name; `absent` where there are none, `trouble` where nobody answers. */
export type AskKey = (name: string) => Promise<readonly string[] | 'absent' | 'trouble'>;

/** Signatures that are looked at; a message with more is not worth the questions. */
const maxSignatures = 8;

/** What is needed of a field to verify the signature in it. */
export type Signature = {
  readonly field: RawField;
  readonly tags: ReadonlyMap<string, string>;
};

/** The results of all DKIM signatures, in the order of the header. `now` in seconds. */
export async function verifyDkim(message: Message, ask: AskKey, now: number): Promise<Verified[]> {
  const fields = fieldsOf(message);
  const own = fields.filter(({ name }) => name.trim().toLowerCase() === 'dkim-signature');
  const signatures = own.slice(0, maxSignatures).map((field) => ({
    field,
    tags: readTags(field.value) ?? new Map<string, string>(),
  }));
  const bodies = await bodyHashes(message, signatures);
  return await Promise.all(
    signatures.map((one, n) => verifyOne(one, fields, bodies[n] ?? '', ask, now)),
  );
}

/** The fields of a message as signatures see them. */
export function fieldsOf({ headers }: Pick<Message, 'headers'>): RawField[] {
  return rawFields(headers.bytes().toString('latin1'));
}

/** The hashes of the body that the signatures ask for, from one reading. */
export async function bodyHashes(
  { body }: Pick<Message, 'body'>,
  signatures: readonly Signature[],
): Promise<readonly string[]> {
  const forms = signatures.map(({ tags }) => canonicalOf(tags).body);
  const hashers = new Map(forms.map((form) => [form, new BodyHasher(form)]));
  if (hashers.size > 0) {
    for await (const chunk of bodyStream(body)) {
      for (const hasher of hashers.values()) hasher.push(chunk as Buffer);
    }
  }
  const hashes = new Map([...hashers].map(([form, hasher]) => [form, hasher.digest()]));
  return forms.map((form) => hashes.get(form) ?? '');
}

function canonicalOf(tags: ReadonlyMap<string, string>): { header: Canonical; body: Canonical } {
  const [header, body] = (tags.get('c') ?? 'simple/simple').toLowerCase().split('/');
  const form = (word: string | undefined) => (word === 'relaxed' ? 'relaxed' : 'simple');
  return { header: form(header), body: form(body) };
}

async function verifyOne(
  signature: Signature,
  fields: readonly RawField[],
  bodyHash: string,
  ask: AskKey,
  now: number,
): Promise<Verified> {
  const { tags } = signature;
  const wrong = formFault(tags, now);
  if (wrong) return outcome(tags, 'permerror', wrong);
  return await verifySignature(signature, fields, bodyHash, ask);
}

/** What is wrong with the tags of a DKIM signature. */
function formFault(tags: ReadonlyMap<string, string>, now: number): string | undefined {
  const missing = ['v', 'a', 'b', 'bh', 'd', 'h', 's'].find((name) => !tags.has(name));
  if (missing) return `no ${missing}=`;
  if (tags.get('v') !== '1') return 'not version 1';
  const names = namesIn(tags);
  if (!names.includes('from')) return 'From is not signed';
  const expiry = Number(tags.get('x') ?? Number.POSITIVE_INFINITY);
  if (expiry < now) return 'it has expired';
  const identity = tags.get('i')?.toLowerCase();
  const domain = tags.get('d')?.toLowerCase() ?? '';
  const isBelow = identity === undefined || new RegExp(`[@.]${escaped(domain)}$`).test(identity);
  return isBelow ? undefined : 'i= is not of d=';
}

function escaped(text: string): string {
  return text.replaceAll(/[^a-z0-9]/g, '\\$&');
}

/** Verifies a signature over header and body (DKIM-Signature, ARC-Message-Signature). */
export async function verifySignature(
  { field, tags }: Signature,
  fields: readonly RawField[],
  bodyHash: string,
  ask: AskKey,
): Promise<Verified> {
  if (tags.has('l')) return outcome(tags, 'neutral', 'it covers a part of the body alone');
  if (compact(tags.get('bh')) !== bodyHash) return outcome(tags, 'fail', 'the body was changed');
  const { header } = canonicalOf(tags);
  const value = withoutSignature(field.value);
  const covered = coveredText(fields, namesIn(tags), header);
  const own = header === 'relaxed' ? relaxedField(field.name, value) : `${field.name}:${value}`;
  return await verifyText(covered + own, tags, ask);
}

/** Verifies the signature of a text, a character a byte, by the key that the tags name. */
export async function verifyText(
  text: string,
  tags: ReadonlyMap<string, string>,
  ask: AskKey,
): Promise<Verified> {
  const domain = tags.get('d') ?? '';
  const selector = tags.get('s') ?? '';
  const algorithm = tags.get('a')?.toLowerCase() ?? '';
  if (algorithm !== 'rsa-sha256' && algorithm !== 'ed25519-sha256') {
    return outcome(tags, 'permerror', `a=${algorithm.slice(0, 40)} is not taken`);
  }
  const records = await ask(`${selector}._domainkey.${domain}`);
  if (records === 'trouble') return outcome(tags, 'temperror', 'no answer about the key');
  const [only, ...more] = records === 'absent' ? [] : records;
  if (only === undefined) return outcome(tags, 'permerror', 'the key is not published');
  if (more.length > 0) return outcome(tags, 'permerror', 'the key is published twice');
  const published = readRecord(only);
  if (published.kind !== 'key') {
    const why = published.kind === 'revoked' ? 'the key was revoked' : published.why;
    return outcome(tags, 'permerror', why);
  }
  if (algorithm !== `${published.algorithm}-sha256`) {
    return outcome(tags, 'permerror', 'the key is of another kind');
  }
  const signature = Buffer.from(compact(tags.get('b')), 'base64');
  const isRight = isSignature(Buffer.from(text, 'latin1'), published, signature);
  return isRight ? outcome(tags, 'pass') : outcome(tags, 'fail', 'the header was changed');
}

function isSignature(
  bytes: Buffer,
  { algorithm, key }: Extract<PublishedKey, { kind: 'key' }>,
  signature: Buffer,
): boolean {
  return algorithm === 'ed25519'
    ? verifyBytes(null, createHash('sha256').update(bytes).digest(), key, signature)
    : verifyBytes('sha256', bytes, key, signature);
}

function namesIn(tags: ReadonlyMap<string, string>): string[] {
  return compact(tags.get('h')).toLowerCase().split(':');
}

function outcome(tags: ReadonlyMap<string, string>, result: Verdict, why?: string): Verified {
  return {
    result,
    why,
    domain: tags.get('d') ?? '',
    selector: tags.get('s') ?? '',
    start: compact(tags.get('b')).slice(0, 8),
  };
}
