/** A message that a command wants written. */
import { type Address, joinAddress } from '../mail/address.ts';
import type { Composition } from '../mail/compose.ts';
import { linkUrl } from '../mail/link.ts';
import { makeMessageId } from '../mail/message-id.ts';
import type { Notice } from '../model/command.ts';
import type { ListView } from '../model/list.ts';
import { speak } from './speaking.ts';
import { listValues, type Texts } from './text.ts';

export type NoticeOrder = {
  readonly list: ListView;
  readonly notice: Notice;
  readonly to: readonly Address[];
  /** Names the notice: the same cause gives the same message. */
  readonly cause: string;
  readonly now: number;
  /** The message that it answers. */
  readonly inReplyTo?: string | undefined;
  /** Between a sub-address and its detail, as the MTA has it. */
  readonly separator: string;
  readonly language: string;
  /** Where the pages of the site are; empty: nowhere. */
  readonly webUrl: string;
};

/** Says who writes, what about, and where an answer goes: with a token, an answer confirms. */
export async function composeNotice(
  { list, notice, to, cause, now, inReplyTo, separator, language, webUrl }: NoticeOrder,
  texts: Texts,
): Promise<Composition> {
  const { token = '', heldToken = '' } = notice;
  const lines = notice.lines && (await speak(notice.lines, texts, language, list));
  const results = lines ? { results: lines.join('\n').trim() } : {};
  const confirm_url = token !== '' && webUrl !== '' ? linkUrl(webUrl, 'confirm', token) : '';
  const values = { ...listValues(list), ...notice.values, ...results, token, confirm_url };
  const filled = await texts(notice.template, language, list, values);
  const { subject, text } = filled;
  const isAsking = token !== '' || heldToken !== '';
  const local = isAsking
    ? `${list.name}-${token === '' ? 'held' : 'confirm'}${separator}${token || heldToken}`
    : `${list.name}-owner`;
  return {
    from: {
      name: list.settings.displayName || list.name,
      address: joinAddress(`${list.name}-${token === '' ? 'owner' : 'request'}`, list.domain),
    },
    to: to.map((address) => ({ address })),
    replyTo: { address: joinAddress(local, list.domain) },
    subject,
    text,
    language: filled.language,
    messageId: makeMessageId(cause, list.domain),
    date: now,
    ...(inReplyTo ? { inReplyTo, references: [inReplyTo] } : {}),
    autoSubmitted: inReplyTo ? 'auto-replied' : 'auto-generated',
    // Bulk keeps answering machines quiet; but some filters hide it, and a token must be seen.
    ...(isAsking ? {} : { precedence: 'bulk' as const }),
  };
}
