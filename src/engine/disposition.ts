/**
 * What becomes of a posting once it is known what shall: the same whether the rules said so or a
 * moderator did.
 */

import { composeRejection } from '../composers/rejection.ts';
import type { Config } from '../ground/config.ts';
import { relayHandlers } from '../handlers/index.ts';
import { parseAddress } from '../mail/address.ts';
import { authorOf } from '../mail/author.ts';
import { compose } from '../mail/compose.ts';
import { answerable } from '../mail/loops.ts';
import type { Message } from '../mail/message.ts';
import { messageIdOf } from '../mail/message-id.ts';
import type { Change } from '../model/change.ts';
import type { Draft } from '../model/draft.ts';
import type { EntryMeta } from '../model/entry.ts';
import { rootId } from '../model/ids.ts';
import type { ListView } from '../model/list.ts';
import { type Letter, letter } from '../model/outcome.ts';
import { prepare } from './pipeline.ts';

/** What the books keep of a subject, characters. */
const maxSubject = 500;

/** The list's next number for this posting. */
export function acceptance(
  meta: Pick<EntryMeta, 'id'>,
  list: ListView,
  { headers }: Message,
): Change {
  return {
    kind: 'accepted',
    list: list.id,
    posting: rootId(meta.id),
    messageId: messageIdOf(headers) ?? '',
    author: authorOf(headers) ?? '',
    subject: (headers.get('subject') ?? '').slice(0, maxSubject),
  };
}

/** The accepted posting on its way into the pipeline. */
export function postingLetter(
  meta: EntryMeta,
  list: ListView,
  approved: boolean,
): Letter<'pipeline'> {
  const priority = list.settings.priority as Letter['priority'];
  return letter('pipeline', meta, { kind: 'posting', approved }, { list: list.id, priority });
}

/** To owners and moderators, marked so that it cannot come round. */
export function relayLetter(
  meta: EntryMeta,
  list: ListView,
  message: Message,
  { config, now }: { readonly config: Config; readonly now: number },
): Letter<'mailing'> {
  const plain: Draft = { ...message, transforms: [], author: undefined, addressed: [] };
  const draft = prepare(relayHandlers, plain, { list, number: 0, personal: false, now });
  return letter(
    'mailing',
    meta,
    {
      kind: 'mailing',
      mode: 'shared',
      // Not the list's own bounce address: an owner's dead mailbox must not feed the list's bounces.
      returnPath: config.site.owner,
      audience: { kind: 'owners' },
      cursor: 0,
      batches: 0,
      recipients: 0,
    },
    { list: list.id, message: { kind: 'draft', ...draft } },
  );
}

/** What the author is told, where he may be told anything. */
export async function rejectionLetter(
  meta: EntryMeta,
  list: ListView,
  { headers }: Message,
  reasons: readonly string[],
): Promise<Letter<'virgin'> | undefined> {
  const to = meta.sender === null ? null : parseAddress(meta.sender);
  if (!to || !answerable(headers, to).yes) return undefined;
  const composition = composeRejection({
    list,
    to,
    headers,
    cause: meta.id,
    reasons,
    now: meta.received,
  });
  return letter(
    'virgin',
    meta,
    { kind: 'notice', to: [to], returnPath: null },
    {
      list: list.id,
      sender: null,
      message: { kind: 'text', bytes: await compose(composition) },
    },
  );
}
