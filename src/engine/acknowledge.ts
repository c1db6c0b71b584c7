/** Tells an author who wants to know it that his posting was distributed. */
import { composeNotice } from '../composers/notice.ts';
import { addressKey } from '../mail/address.ts';
import { authorOf } from '../mail/author.ts';
import { compose } from '../mail/compose.ts';
import { answerable } from '../mail/loops.ts';
import type { Message } from '../mail/message.ts';
import { messageIdOf } from '../mail/message-id.ts';
import type { ListView } from '../model/list.ts';
import { type Letter, letter } from '../model/outcome.ts';
import type { Desk, Entry } from './desk.ts';
import type { Texts } from './templates.ts';

/** The notice, where the author is a member and wants it, and it is no program that wrote. */
export async function acknowledgement(
  { meta }: Entry,
  desk: Desk,
  list: ListView,
  { headers }: Message,
  texts: Texts,
): Promise<Letter<'virgin'> | undefined> {
  const author = authorOf(headers);
  if (!author || !answerable(headers, author).yes) return undefined;
  const wanted = await desk.books.people.preferences(list.id, addressKey(author));
  if (!wanted?.acknowledge) return undefined;
  const subject = headers.get('subject') ?? '';
  const composition = await composeNotice(
    {
      list,
      notice: { template: 'acknowledgement', to: author, values: { subject } },
      to: [author],
      cause: `${meta.id}/acknowledgement`,
      now: meta.received,
      inReplyTo: messageIdOf(headers),
      separator: desk.config.site.separator,
      webUrl: desk.config.web.url,
      language: wanted.language,
    },
    texts,
  );
  const bytes = await compose(composition);
  return letter(
    'virgin',
    meta,
    { kind: 'notice', to: [author], returnPath: null },
    { sender: null, message: { kind: 'text', bytes } },
  );
}
