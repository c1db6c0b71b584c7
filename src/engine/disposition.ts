/**
 * What becomes of a posting once it is known what shall: the same whether the rules said so or a
 * moderator did.
 */

import type { Config } from '../ground/config.ts';
import { unreachable } from '../ground/errors.ts';
import { relayHandlers } from '../handlers/index.ts';
import { addressKey } from '../mail/address.ts';
import { authorOf } from '../mail/author.ts';
import type { Message } from '../mail/message.ts';
import { messageIdOf } from '../mail/message-id.ts';
import type { Change } from '../model/change.ts';
import { deferralOf, deferredField } from '../model/deferred.ts';
import type { Draft } from '../model/draft.ts';
import type { EntryMeta } from '../model/entry.ts';
import { byExpiry, type Decided } from '../model/held.ts';
import { rootId } from '../model/ids.ts';
import type { ListView } from '../model/list.ts';
import { finish, type Letter, letter, type Outcome } from '../model/outcome.ts';
import type { Desk, Destination } from './desk.ts';
import { type About, answerTo, authorLetter } from './held-letters.ts';
import { roomFor } from './limited.ts';
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

/** The accepted posting on its way into the pipeline; where it is put off, it waits there. */
export async function postingLetter(
  desk: Pick<Desk, 'books' | 'now'>,
  meta: EntryMeta,
  list: ListView,
  { headers }: Message,
  approved: boolean,
): Promise<Letter<'pipeline'>> {
  const priority = priorityOf(list);
  const author = headers.has(deferredField) ? authorOf(headers) : undefined;
  const roles = author ? await desk.books.memberships(list.id, addressKey(author)) : [];
  const deferral = deferralOf(list, headers, roles, desk.now);
  const due = deferral?.kind === 'until' ? deferral.at : undefined;
  return letter('pipeline', meta, { kind: 'posting', approved }, { list: list.id, priority, due });
}

function priorityOf({ settings }: ListView): Letter['priority'] {
  return settings.priority as Letter['priority'];
}

/** To owners and moderators, marked so that it cannot come round. */
export function relayLetter(
  meta: EntryMeta,
  list: ListView,
  message: Message,
  { config, now }: { readonly config: Config; readonly now: number },
): Letter<'mailing'> {
  const plain: Draft = { ...message, transforms: [], author: undefined, addressed: [] };
  const draft = prepare(relayHandlers, plain, { list, number: 0, now });
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
    // What came by the pipe has the priority of no list yet.
    { list: list.id, priority: priorityOf(list), message: { kind: 'draft', ...draft } },
  );
}

/** What the author is told, where he may be told anything. */
export async function rejectionLetter(about: About): Promise<Letter<'virgin'> | undefined> {
  const to = await answerTo(about);
  const { id } = about.entry.meta;
  return to && (await authorLetter(about, to, 'rejected', `${id}/rejection`, 'v'));
}

/** What a moderator, or the time, made of a posting that was held. */
export async function decidedOutcome(
  about: About & { readonly to: Destination['to'] },
  { decision, reason, by }: Decided,
): Promise<Outcome<'pipeline' | 'mailing' | 'virgin'>> {
  const { entry, desk, list, message, to } = about;
  const { meta } = entry;
  const tell = { event: 'decided', decision, by };
  switch (decision) {
    case 'accept':
      if (to !== undefined) {
        return { puts: [relayLetter(meta, list, message, desk)], fate: finish, tell };
      }
      return {
        changes: [acceptance(meta, list, message)],
        puts: [await postingLetter(desk, meta, list, message, true)],
        fate: finish,
        tell,
      };
    case 'reject':
    case 'discard': {
      const isTold = by === byExpiry || decision === 'reject';
      const { put, room } = isTold ? await farewell(about, by, reason) : {};
      return {
        changes: room ? [room] : [],
        puts: put ? [put] : [],
        fate: finish,
        tell: { ...tell, told: put !== undefined },
      };
    }
    default:
      return unreachable(decision);
  }
}

type Farewell = { readonly put?: Letter<'virgin'>; readonly room?: Change };

/** A person who rejects wants it told; what time makes of many postings is a stranger's doing. */
async function farewell(about: About, by: string, reason: string): Promise<Farewell> {
  const to = await answerTo(about);
  if (!to) return {};
  const cause = `${about.entry.meta.id}/decided`;
  if (by === byExpiry) {
    const room = await roomFor(about.desk, about.list, to, about.message.headers);
    if (!room) return {};
    return { put: await authorLetter(about, to, 'held-expired', cause, 'v'), room };
  }
  // Without one the template says who decided.
  const reasons = reason === '' ? [] : [reason];
  return { put: await authorLetter({ ...about, reasons }, to, 'rejected', cause, 'v') };
}
