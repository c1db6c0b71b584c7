/** Names of threads that can stand in an address, and that only we can make. */
import { createHash } from 'node:crypto';
import type { Secret } from '../ground/secret.ts';
import { type Address, parseAddress } from '../mail/address.ts';
import { base32 } from '../mail/base32.ts';
import { sameTag, shortTag } from '../mail/keyed.ts';
import { ancestorIds, messageIdOf } from '../mail/message-id.ts';
import type { HeaderBlock } from '../mail/types.ts';
import type { ListView } from '../model/list.ts';

const nameChars = 16;
const tagForm = /^[a-z2-7]{24}$/;

/** The thread of a posting on a list: the message it all began with, as far as it says. */
export function threadTagOf(
  secret: Secret,
  list: ListView,
  headers: Pick<HeaderBlock, 'raw'>,
): string | undefined {
  const root = ancestorIds(headers)[0] ?? messageIdOf(headers);
  if (root === undefined) return undefined;
  const name = base32(createHash('sha256').update(root).digest()).slice(0, nameChars);
  return name + markOf(secret, list, name);
}

/** Where a reader answers who wants no more of a thread. */
export function muteAddress(list: ListView, separator: string, tag: string): Address | undefined {
  return parseAddress(`${list.name}-mute${separator}${tag}@${list.domain}`);
}

/** Whether a tag is one that we made for this list. */
export function isThreadTag(secret: Secret, list: ListView, tag: string): boolean {
  if (!tagForm.test(tag)) return false;
  return sameTag(tag.slice(nameChars), markOf(secret, list, tag.slice(0, nameChars)));
}

function markOf(secret: Secret, list: ListView, name: string): string {
  return shortTag(secret.for('thread'), 'thread', list.id, name);
}
