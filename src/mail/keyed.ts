import { createHmac, timingSafeEqual } from 'node:crypto';
import { base32 } from './base32.ts';

/** 80 bits, for links and tokens: 16 characters. */
const tagBytes = 10;
/** 40 bits, for addresses, where room is short and each guess costs a message: 8 characters. */
const shortTagBytes = 5;

/**
 * A keyed tag over a purpose and parts, in [a-z2-7]. Parts are framed by their length, so that no
 * two lists of parts give the same bytes; the purpose keeps a tag from being used elsewhere.
 */
export function tag(key: Buffer, purpose: string, ...parts: readonly string[]): string {
  return base32(digest(key, purpose, parts).subarray(0, tagBytes));
}

/** The same, half as long. */
export function shortTag(key: Buffer, purpose: string, ...parts: readonly string[]): string {
  return base32(digest(key, purpose, parts).subarray(0, shortTagBytes));
}

function digest(key: Buffer, purpose: string, parts: readonly string[]): Buffer {
  const framed = [purpose, ...parts].map((part) => `${Buffer.byteLength(part)}:${part}`).join('');
  return createHmac('sha256', key).update(framed).digest();
}

/** Whether two tags are the same, in constant time; case does not count, mail may change it. */
export function sameTag(a: string, b: string): boolean {
  const left = Buffer.from(a.toLowerCase());
  const right = Buffer.from(b.toLowerCase());
  return left.length === right.length && timingSafeEqual(left, right);
}
