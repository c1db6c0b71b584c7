import {
  type Address,
  addressKey,
  formatMailbox,
  localPart,
  mailboxesIn,
} from '../mail/address.ts';
import { authorOf } from '../mail/author.ts';
import type { HeaderBlock } from '../mail/types.ts';
import { wrapMessage } from '../mail/wrap.ts';
import type { Draft, Handler, Occasion } from '../model/draft.ts';

/**
 * Mail whose author's domain forbids what lists do (DMARC) goes out under the list's address:
 * From says "Anne via Cats", and the true author stands where answers find him; or From has an
 * address of ours that hands answers on to him, and no other field changes. Or the message
 * as it was is wrapped into one of the list's. The archive and digests have it as it was.
 */
export const protectFrom: Handler = {
  name: 'protect-from',
  apply(draft, { list, protection, authorAlias, say }) {
    const author = authorOf(draft.headers);
    if (protection === undefined || author === undefined) return draft;
    const shown: Shown = { list, author, authorAlias, say };
    return protection === 'wrap' ? wrapped(draft, shown) : munged(draft, shown);
  },
};

type Shown = Pick<Occasion, 'list' | 'say' | 'authorAlias'> & { readonly author: Address };

function munged(draft: Draft, shown: Shown): Draft {
  return { ...draft, headers: underOurName(draft.headers, shown) };
}

/** Fields that say of the wrapper what they say of the message. */
const outer =
  /^(?:to|cc|date|subject|message-id|in-reply-to|references|reply-to|from|content-.*|mime-version)$/;

function wrapped(draft: Draft, shown: Shown): Draft {
  const { headers } = draft;
  const kept = headers.filter((name) => outer.test(name));
  return {
    ...draft,
    headers: underOurName(kept, shown),
    transforms: [...draft.transforms, wrapMessage(headers)],
  };
}

function underOurName(
  headers: HeaderBlock,
  { list, author, authorAlias, say }: Shown,
): HeaderBlock {
  const key = addressKey(author);
  const own = mailboxesIn(headers, 'from').find(
    ({ address }) => address !== undefined && addressKey(address) === key,
  );
  // Not the whole address: filters take an address that stands as a name for a forgery.
  const name = own?.name || localPart(author);
  const shown = formatMailbox(own?.name ?? '', author);
  const ours = say({ phrase: 'mark-via', values: { author: name } });
  const from = headers.setRaw('From', formatMailbox(ours, authorAlias ?? list.address));
  if (authorAlias !== undefined) return from;
  // Where the list decides who gets answers, the author is told of them as one more addressee.
  const { replyTo, stripReplyTo } = list.settings;
  const field = replyTo === 'author' && !stripReplyTo ? 'Reply-To' : 'Cc';
  const present = mailboxesIn(from, field);
  if (present.some(({ address }) => address !== undefined && addressKey(address) === key)) {
    return from;
  }
  const before = from.raw(field).join(', ');
  return from.setRaw(field, before === '' ? shown : `${before}, ${shown}`);
}
