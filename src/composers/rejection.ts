/** The notice that a posting was not accepted. */
import { type Address, joinAddress } from '../mail/address.ts';
import type { Composition } from '../mail/compose.ts';
import { makeMessageId, messageIdOf } from '../mail/message-id.ts';
import type { HeaderBlock } from '../mail/types.ts';
import type { ListView } from '../model/list.ts';

export type Rejection = {
  readonly list: ListView;
  readonly to: Address;
  readonly headers: HeaderBlock;
  /** The entry that was judged: names the notice. */
  readonly cause: string;
  readonly reasons: readonly string[];
  readonly now: number;
};

/** Says which posting, why, and whom to ask; the original is not sent back. */
export function composeRejection({
  list,
  to,
  headers,
  cause,
  reasons,
  now,
}: Rejection): Composition {
  const subject = headers.get('subject') ?? '(no subject)';
  const original = messageIdOf(headers);
  const owner = joinAddress(`${list.name}-owner`, list.domain);
  return {
    from: { name: list.settings.displayName || list.name, address: owner },
    to: [{ address: to }],
    subject: `Your message to ${list.address} was not accepted`,
    text: [
      `Your message with the subject\n\n    ${subject}\n\nwas not distributed by ${list.address}:\n`,
      ...reasons.map((reason) => `  - ${reason}`),
      `\nQuestions? Write to the people who run the list: ${owner}`,
    ].join('\n'),
    messageId: makeMessageId(`${cause}/rejection`, list.domain),
    date: now,
    ...(original === undefined ? {} : { inReplyTo: original, references: [original] }),
    autoSubmitted: 'auto-replied',
    precedence: 'bulk',
  };
}
