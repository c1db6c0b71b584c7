import { type AddressKey, addressKey, mailboxesIn, parseAddress } from '../mail/address.ts';
import type { HeaderBlock } from '../mail/types.ts';
import { type ListView, listAddress } from '../model/list.ts';
import { type Phrase, reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';

/**
 * Mail that has been through this list must not go through it again.
 *
 * X-BeenThere is the mark that we leave; List-Id and List-Post are looked at too, because what
 * brings mail back often drops the fields that it does not know. Mail to the owners is judged by
 * the owners' own mark: a person may well redirect a posting, List-Id and all, to the owners to
 * complain about it. Only what we wrote ourselves is stopped by List-Id there.
 */
export const loop: Rule = {
  name: 'loop',
  check({ headers, list, to }) {
    const why = to === undefined ? postingLoop(headers, list) : ownerLoop(headers, list);
    return why === undefined ? undefined : { why };
  },
};

function postingLoop(headers: HeaderBlock, list: ListView): Phrase | undefined {
  const key = addressKey(list.address);
  if (beenAt(headers, key)) return reason('loop-mark', { address: list.address });
  if (hasListId(headers, list)) return reason('loop-list-id', {});
  return headers.raw('list-post').some((value) => mailtoKeys(value).includes(key))
    ? reason('loop-list-post', {})
    : undefined;
}

function ownerLoop(headers: HeaderBlock, list: ListView): Phrase | undefined {
  // The mark of the `owner-mark` handler, by whichever sub-address it came in.
  const address = parseAddress(listAddress(list, 'owner'));
  if (address !== undefined && beenAt(headers, addressKey(address))) {
    return reason('loop-mark', { address });
  }
  return hasListId(headers, list) && isAutomatic(headers) ? reason('loop-ours', {}) : undefined;
}

function beenAt(headers: HeaderBlock, key: AddressKey): boolean {
  return mailboxesIn(headers, 'x-beenthere').some(
    ({ address }) => address !== undefined && addressKey(address) === key,
  );
}

/** RFC 2919: the identifier stands in the last angle brackets, a phrase before it. */
function hasListId(headers: HeaderBlock, list: ListView): boolean {
  return headers.raw('list-id').some((value) => {
    const id = /<([^<>]*)>\s*$/.exec(value)?.[1] ?? value;
    return id.trim().toLowerCase() === list.id;
  });
}

function mailtoKeys(value: string): AddressKey[] {
  return [...value.slice(0, 10_000).matchAll(/<mailto:([^<>?]*)/gi)].flatMap((match) => {
    const address = parseAddress(percentDecoded(match[1] ?? ''));
    return address === undefined ? [] : [addressKey(address)];
  });
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray percent sign
  }
}

function isAutomatic(headers: HeaderBlock): boolean {
  return headers.all('auto-submitted').some((value) => !/^no\b/i.test(value));
}
