import { createHash } from 'node:crypto';
import { base32 } from './base32.ts';
import type { HeaderBlock } from './headers.ts';

/** A thread deeper than this is not followed further up. */
const maxIds = 1000;
const maxIdChars = 998;
const maxValueChars = 262_144;

/**
 * The message ids in a Message-ID, In-Reply-To or References value, angle brackets included, each
 * once, in order. White space within one, which folding of long ids leaves, is dropped.
 */
export function parseMessageIds(value: string): string[] {
  const ids = new Set<string>();
  for (const match of value.slice(0, maxValueChars).matchAll(/<([^<>]+)>/g)) {
    const id = (match[1] ?? '').replace(/\s+/g, '');
    if (id !== '' && id.length <= maxIdChars - 2) ids.add(`<${id}>`);
    if (ids.size >= maxIds) break;
  }
  return [...ids];
}

/** The id of a message, angle brackets included, also where it came without; undefined: none. */
export function messageIdOf(headers: Pick<HeaderBlock, 'raw'>): string | undefined {
  const value = headers.raw('message-id')[0] ?? '';
  const first = parseMessageIds(value)[0];
  if (first !== undefined) return first;
  const bare = value.replace(/\s+/g, '');
  return /^[^\s<>]{1,996}$/.test(bare) ? `<${bare}>` : undefined;
}

/** The ids that a message answers to: References, then In-Reply-To, the nearest one last. */
export function ancestorIds(headers: Pick<HeaderBlock, 'raw'>): string[] {
  const references = headers.raw('references').flatMap(parseMessageIds);
  // In-Reply-To may hold prose and addresses; only its first id is worth believing.
  const parent = headers.raw('in-reply-to').flatMap(parseMessageIds)[0];
  if (parent === undefined || references.includes(parent)) return references.slice(-maxIds);
  return [...references, parent].slice(-maxIds);
}

/** A message id made from what caused the message: the same cause gives the same id. */
export function makeMessageId(cause: string, domain: string): string {
  const hash = createHash('sha256').update(cause).digest().subarray(0, 15);
  return `<${base32(hash)}@${domain}>`;
}

/** Message-ID-Hash as Mailman 3 makes it: SHA-1 of the id without brackets, base32. */
export function messageIdHash(messageId: string): string {
  const match = /^<(.*)>$/s.exec(messageId);
  const id = match ? (match[1] ?? '') : messageId.trim();
  return base32(createHash('sha1').update(id).digest()).toUpperCase();
}
