import { type Address, addressKey, mailboxesIn } from './address.ts';
import type { HeaderBlock } from './headers.ts';

/** A From field with more addresses than this is read up to here. */
const maxAuthors = 100;

/** The readable addresses of From, in order, each mailbox once. */
export function authorsOf(headers: Pick<HeaderBlock, 'raw'>): readonly Address[] {
  const known = read.get(headers);
  if (known) return known;
  const found = readAuthors(headers);
  read.set(headers, found);
  return found;
}

/** Everybody asks for the authors, and a header block never changes. */
const read = new WeakMap<Pick<HeaderBlock, 'raw'>, readonly Address[]>();

function readAuthors(headers: Pick<HeaderBlock, 'raw'>): readonly Address[] {
  const byKey = new Map<string, Address>();
  for (const { address } of mailboxesIn(headers, 'from').slice(0, maxAuthors)) {
    if (address === undefined) continue;
    const key = addressKey(address);
    if (!byKey.has(key)) byKey.set(key, address);
  }
  return [...byKey.values()];
}

/**
 * Who wrote a message: the address of From. Of several it is the one that Sender names (RFC 5322
 * 3.6.2 wants a Sender then), else the first.
 *
 * Never Reply-To and never the envelope: a stranger who puts a member's address there, where no
 * reader looks, must not pass as that member.
 */
export function authorOf(headers: Pick<HeaderBlock, 'raw'>): Address | undefined {
  const authors = authorsOf(headers);
  if (authors.length < 2) return authors[0];
  const sender = mailboxesIn(headers, 'sender')[0]?.address;
  if (sender === undefined) return authors[0];
  const key = addressKey(sender);
  return authors.find((author) => addressKey(author) === key) ?? authors[0];
}
