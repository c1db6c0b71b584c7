/**
 * incoming - find out what each message is, and decide about postings
 *
 * Store:  reads lists and memberships; numbers accepted postings
 * Fails:  store or disk not ready, the message waits; no list of that name, it is shunted;
 *         no message at all, it is parked as bad; anything else, it is shunted
 * Bugs:   a message to two lists is judged once per list
 */
import { composeRejection } from '../src/composers/rejection.ts';
import { judge } from '../src/engine/chain.ts';
import { defineRunner } from '../src/engine/define.ts';
import type { Desk, Destination, Entry } from '../src/engine/desk.ts';
import { targetFor } from '../src/engine/door.ts';
import { prepare } from '../src/engine/pipeline.ts';
import { unreachable } from '../src/ground/errors.ts';
import { relayHandlers } from '../src/handlers/index.ts';
import { addressKey, mailboxesIn, parseAddress } from '../src/mail/address.ts';
import { authorOf } from '../src/mail/author.ts';
import { compose } from '../src/mail/compose.ts';
import { answerable } from '../src/mail/loops.ts';
import { isBroken, type Message, readMessage } from '../src/mail/message.ts';
import { messageIdOf } from '../src/mail/message-id.ts';
import type { Draft } from '../src/model/draft.ts';
import { rootId } from '../src/model/ids.ts';
import { finish, type Letter, letter, type Outcome, park } from '../src/model/outcome.ts';
import type { Posting, Verdict } from '../src/model/posting.ts';
import { postingChain, relayChain } from '../src/rules/index.ts';

type Written = 'pipeline' | 'virgin' | 'mailing' | 'command' | 'bounce';

export const runner = defineRunner(
  {
    reads: 'incoming',
    writes: ['pipeline', 'virgin', 'mailing', 'command', 'bounce'],
    batch: 32,
  },
  async (entry, desk): Promise<Outcome<Written>> => {
    const { recipient } = entry.meta;
    const found = recipient === undefined ? undefined : await desk.destination(recipient);
    if (!found) {
      const why = `no list has the address ${recipient ?? '(none given)'}`;
      return { fate: park('shunt', `${why}; create it and requeue this, or delete this`) };
    }
    // The same switch as at the door: what a pipe could not know is found out here.
    const { queue, work } = targetFor(found, recipient ?? '', 'pipe');
    if (queue !== 'bounce' && queue !== 'command') return await posting(entry, desk, found);
    return { puts: [letter(queue, entry.meta, work, { list: found.list.id })], fate: finish };
  },
);

async function posting(entry: Entry, desk: Desk, found: Destination): Promise<Outcome<Written>> {
  const { list, to } = found;
  const message = await readMessage(entry.message, {
    maxHeaderBytes: desk.config.limits.headerBytes,
  });
  if (isBroken(message)) return { fate: park('bad', message.reason) };
  const view = await postingView(entry, desk, found, message);
  const verdict = judge(to === undefined ? postingChain : relayChain, view);
  const messageId = messageIdOf(message.headers) ?? '';
  const author = view.from[0] ?? '';
  const tell = {
    event: 'judged',
    verdict: verdict.kind,
    messageId,
    author,
    sender: entry.meta.sender,
    ...(verdict.reasons.length > 0 ? { reasons: verdict.reasons } : {}),
  };
  const texts = verdict.reasons.map(({ rule, text }) => `${rule}: ${text}`);
  switch (verdict.kind) {
    case 'hold':
      return { fate: park('held', ...texts), tell };
    case 'discard':
      return { fate: finish, tell };
    case 'reject': {
      const notice = await rejection(entry, found, message, verdict);
      return { puts: notice ? [notice] : [], fate: finish, tell: { ...tell, told: !!notice } };
    }
    case 'accept': {
      if (to !== undefined)
        return { puts: [relay(entry, desk, found, message)], fate: finish, tell };
      const subject = (message.headers.get('subject') ?? '').slice(0, 500);
      const posting = rootId(entry.meta.id);
      return {
        changes: [{ kind: 'accepted', list: list.id, posting, messageId, author, subject }],
        puts: [
          letter(
            'pipeline',
            entry.meta,
            { kind: 'posting', approved: false },
            {
              list: list.id,
              priority: list.settings.priority as Letter['priority'],
            },
          ),
        ],
        fate: finish,
        tell,
      };
    }
    default:
      return unreachable(verdict.kind);
  }
}

async function postingView(
  entry: Entry,
  desk: Desk,
  { list, to }: Destination,
  { headers }: Message,
): Promise<Posting> {
  const from = mailboxesIn(headers, 'from').flatMap(({ address }) => address ?? []);
  const author = authorOf(headers) ?? from[0];
  const memberships = author ? await desk.books.memberships(list.id, addressKey(author)) : [];
  return {
    list,
    headers,
    size: entry.meta.message.size,
    sender: entry.meta.sender,
    from,
    memberships,
    now: desk.now,
    to,
    isOurs: (key) => key === addressKey(list.address),
  };
}

/** To owners and moderators, marked so that it cannot come round. */
function relay(
  entry: Entry,
  desk: Desk,
  { list }: Destination,
  message: Message,
): Letter<'mailing'> {
  const plain: Draft = { ...message, transforms: [], author: undefined, addressed: [] };
  const draft = prepare(relayHandlers, plain, { list, number: 0, personal: false, now: desk.now });
  return letter(
    'mailing',
    entry.meta,
    {
      kind: 'mailing',
      mode: 'shared',
      // Not the list's own bounce address: an owner's dead mailbox must not feed the list's bounces.
      returnPath: desk.config.site.owner,
      audience: { kind: 'owners' },
      cursor: 0,
      batches: 0,
      recipients: 0,
    },
    { list: list.id, message: { kind: 'draft', ...draft } },
  );
}

/** What the author is told, where he may be told anything. */
async function rejection(
  entry: Entry,
  { list }: Destination,
  message: Message,
  verdict: Verdict,
): Promise<Letter<'virgin'> | undefined> {
  const { sender } = entry.meta;
  const to = sender === null ? null : parseAddress(sender);
  if (!to || !answerable(message.headers, to).yes) return undefined;
  const composition = composeRejection({
    list,
    to,
    headers: message.headers,
    cause: entry.meta.id,
    reasons: verdict.reasons.map(({ text }) => text),
    now: entry.meta.received,
  });
  return letter(
    'virgin',
    entry.meta,
    { kind: 'notice', to: [to], returnPath: null },
    {
      list: list.id,
      sender: null,
      message: { kind: 'text', bytes: await compose(composition) },
    },
  );
}
