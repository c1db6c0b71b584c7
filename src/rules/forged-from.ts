import { addressKey, mailboxesIn, parseAddress } from '../mail/address.ts';
import type { Posting, Rule } from '../model/posting.ts';

/** Most readers show the name only: an address in it that is another than the real one deceives. */
const addressInName = /[^\s<>"'(),;:]+@[^\s<>"'(),;:]+\.[^\s<>"'(),;:]+/;

/** Signs that From is not what it seems: several authors, the list itself, an address as a name. */
export const forgedFrom: Rule = {
  name: 'forged-from',
  check(posting) {
    const text = several(posting) ?? ourself(posting) ?? disguised(posting);
    return text === undefined ? undefined : { text };
  },
};

function several({ from }: Posting): string | undefined {
  return from.length > 1
    ? `It has ${from.length} authors: ${from.slice(0, 5).join(', ')}`
    : undefined;
}

function ourself({ from, isOurs }: Posting): string | undefined {
  const own = from.find((address) => isOurs(addressKey(address)));
  return own && `Its author is the list itself: ${own}`;
}

function disguised({ headers }: Posting): string | undefined {
  for (const { name, address } of mailboxesIn(headers, 'from')) {
    const shown = addressInName.exec(name.slice(0, 500))?.[0];
    const named = shown === undefined ? undefined : parseAddress(shown);
    if (named === undefined || address === undefined) continue;
    if (addressKey(named) !== addressKey(address)) {
      return `Its author is shown as ${named} and is ${address}.`;
    }
  }
  return undefined;
}
