/**
 * incoming - find out what each message is, and decide about postings
 *
 * Store:  reads lists and memberships; numbers accepted postings
 * Fails:  store or disk not ready, the message waits; no list of that name, it is shunted;
 *         no message at all, it is parked as bad; anything else, it is shunted
 * Bugs:   a message to two lists is judged once per list
 */
import { judge } from '../src/engine/chain.ts';
import { defineRunner } from '../src/engine/define.ts';
import type { Desk, Destination, Entry } from '../src/engine/desk.ts';
import {
  acceptance,
  postingLetter,
  rejectionLetter,
  relayLetter,
} from '../src/engine/disposition.ts';
import { targetFor } from '../src/engine/door.ts';
import { unreachable } from '../src/ground/errors.ts';
import { addressKey, mailboxesIn } from '../src/mail/address.ts';
import { authorOf } from '../src/mail/author.ts';
import { isBroken, type Message, readMessage } from '../src/mail/message.ts';
import { messageIdOf } from '../src/mail/message-id.ts';
import { finish, letter, type Outcome, park } from '../src/model/outcome.ts';
import type { Posting } from '../src/model/posting.ts';
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
      const reasons = verdict.reasons.map(({ text }) => text);
      const notice = await rejectionLetter(entry.meta, list, message, reasons);
      return { puts: notice ? [notice] : [], fate: finish, tell: { ...tell, told: !!notice } };
    }
    case 'accept': {
      if (to !== undefined) {
        return { puts: [relayLetter(entry.meta, list, message, desk)], fate: finish, tell };
      }
      return {
        changes: [acceptance(entry.meta, list, message)],
        puts: [postingLetter(entry.meta, list, false)],
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
