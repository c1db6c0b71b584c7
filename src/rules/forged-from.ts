import { addressKey, mailboxesIn, parseAddress } from '../mail/address.ts';
import { type Phrase, reason } from '../model/phrases.ts';
import type { Posting, Rule } from '../model/posting.ts';

/** Most readers show the name only: an address in it that is another than the real one deceives. */
const addressInName = /[^\s<>"'(),;:]+@[^\s<>"'(),;:]+\.[^\s<>"'(),;:]+/;

/** Signs that From is not what it seems: several authors, the list itself, an address as a name. */
export const forgedFrom: Rule = {
  name: 'forged-from',
  check(posting) {
    const why = several(posting) ?? ourself(posting) ?? disguised(posting);
    return why === undefined ? undefined : { why };
  },
};

function several({ from }: Posting): Phrase | undefined {
  return from.length > 1
    ? reason('authors-several', { count: from.length, authors: from.slice(0, 5).join(', ') })
    : undefined;
}

function ourself({ from, isOurs }: Posting): Phrase | undefined {
  const own = from.find((address) => isOurs(addressKey(address)));
  return own && reason('author-ourself', { author: own });
}

function disguised({ headers }: Posting): Phrase | undefined {
  for (const { name, address } of mailboxesIn(headers, 'from')) {
    const shown = addressInName.exec(name.slice(0, 500))?.[0];
    const named = shown === undefined ? undefined : parseAddress(shown);
    if (named === undefined || address === undefined) continue;
    if (addressKey(named) !== addressKey(address)) {
      return reason('author-disguised', { shown: named, author: address });
    }
  }
  return undefined;
}
