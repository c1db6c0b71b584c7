/** A letter of a list to one person, whose text a template gave. */
import { type Address, joinAddress } from '../mail/address.ts';
import type { Composition } from '../mail/compose.ts';
import { makeMessageId } from '../mail/message-id.ts';
import type { FileRange } from '../mail/types.ts';
import type { ListView } from '../model/list.ts';
import type { Rendered } from './text.ts';

export type ListLetter = {
  readonly list: ListView;
  readonly to: Address | readonly Address[];
  readonly rendered: Rendered & { readonly language: string };
  /** Names the letter: the same cause gives the same message. */
  readonly cause: string;
  readonly now: number;
  /** Where an answer goes, if not to the owners. */
  readonly replyTo?: Address | undefined;
  /** The Message-ID of what it is about, where its reader wrote that. */
  readonly inReplyTo?: string | undefined;
  /** The header of the message that it is about. */
  readonly attach?: FileRange | undefined;
};

/** From the people who run the list; marked as automatic (RFC 3834). */
export function composeLetter(letter: ListLetter): Composition {
  const { list, to, rendered, cause, now, replyTo, inReplyTo, attach } = letter;
  return {
    from: {
      name: list.settings.displayName || list.name,
      address: joinAddress(`${list.name}-owner`, list.domain),
    },
    to: [to].flat().map((address) => ({ address })),
    ...(replyTo ? { replyTo: { address: replyTo } } : {}),
    subject: rendered.subject,
    text: rendered.text,
    language: rendered.language,
    messageId: makeMessageId(cause, list.domain),
    date: now,
    ...(inReplyTo ? { inReplyTo, references: [inReplyTo] } : {}),
    autoSubmitted: inReplyTo ? 'auto-replied' : 'auto-generated',
    precedence: 'bulk',
    ...(attach ? { attachOriginal: attach } : {}),
  };
}
