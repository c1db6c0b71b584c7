/**
 * incoming - find out what each message is, and decide about postings
 *
 * Store:  reads lists, memberships, bans, what came before; numbers accepted postings
 * Fails:  store or disk not ready, the message waits; no list of that name, it is shunted;
 *         no message at all, it is parked as bad; anything else, it is shunted
 * Bugs:   a message to two lists is judged once per list
 */
import { toAuthor } from '../src/engine/author-alias.ts';
import { defineEquipped } from '../src/engine/define.ts';
import type { Desk, Destination, Entry } from '../src/engine/desk.ts';
import {
  acceptance,
  decidedOutcome,
  postingLetter,
  rejectionLetter,
  relayLetter,
} from '../src/engine/disposition.ts';
import { targetFor } from '../src/engine/door.ts';
import { type About, holdPosting } from '../src/engine/held-letters.ts';
import { judgeOffer, rejectionWay, relayedChange, seenChange } from '../src/engine/judging.ts';
import { roomFor } from '../src/engine/limited.ts';
import { ruleTexts, worded } from '../src/engine/plain.ts';
import { siteTexts, type Texts } from '../src/engine/templates.ts';
import { unreachable } from '../src/ground/errors.ts';
import { parseAddress } from '../src/mail/address.ts';
import { isBroken, readMessage } from '../src/mail/message.ts';
import { messageIdOf } from '../src/mail/message-id.ts';
import { rootId } from '../src/model/ids.ts';
import { finish, later, letter, type Outcome, park, type Told } from '../src/model/outcome.ts';

type Written = 'pipeline' | 'virgin' | 'mailing' | 'command' | 'bounce';

export const runner = defineEquipped(
  {
    reads: 'incoming',
    writes: ['pipeline', 'virgin', 'mailing', 'command', 'bounce'],
    batch: 32,
  },
  async (site) => {
    const texts = siteTexts(site.paths.templates, site.log);
    return { step: (entry, desk) => step(entry, desk, texts), close: async () => undefined };
  },
);

async function step(entry: Entry, desk: Desk, texts: Texts): Promise<Outcome<Written>> {
  // A Maildir whose MTA names nobody gives an empty one.
  const { recipient = '' } = entry.meta;
  const found = recipient === '' ? undefined : await desk.destination(recipient);
  if (!found) {
    const why = `no list has the address ${recipient === '' ? '(none given)' : recipient}`;
    return { fate: park('shunt', `${why}; create it and requeue this, or delete this`) };
  }
  // The same switch as at the door: what a pipe could not know is found out here.
  const { queue, work } = targetFor(found, recipient, 'pipe');
  if (found.to === 'author') return await toAuthor(entry, desk, found);
  if (queue !== 'bounce' && queue !== 'command') return await posting(entry, desk, found, texts);
  return { puts: [letter(queue, entry.meta, work, { list: found.list.id })], fate: finish };
}

async function posting(
  entry: Entry,
  desk: Desk,
  found: Destination,
  texts: Texts,
): Promise<Outcome<Written>> {
  const { list, to } = found;
  const message = await readMessage(entry.message, {
    maxHeaderBytes: desk.config.limits.headerBytes,
  });
  if (isBroken(message)) return { fate: park('bad', message.reason) };
  const about = { entry, desk, list, message, to, texts };
  const held = await desk.books.held.posting(entry.meta.id);
  if (held?.decided) {
    return await decidedOutcome({ ...about, reasons: held.reasons }, held.decided);
  }
  const { verdict, view } = await judgeOffer(desk, {
    list,
    to,
    message,
    size: entry.meta.message.size,
    sender: entry.meta.sender,
    root: rootId(entry.meta.id),
  });
  const messageId = messageIdOf(message.headers) ?? '';
  const reasons = verdict.reasons.map(({ why }) => why);
  const tell = {
    event: 'judged',
    list: list.id, // what came by the pipe has none in its entry
    verdict: verdict.kind,
    messageId,
    author: view.from[0] ?? '',
    sender: entry.meta.sender,
    ...(reasons.length > 0 ? { reasons: worded(verdict.reasons, list) } : {}),
  };
  const why = ruleTexts(verdict.reasons, list);
  switch (verdict.kind) {
    case 'hold': {
      const told = await holdPosting({ ...about, reasons });
      const seen = to === undefined ? [seenChange(entry.meta, view)] : [];
      return { ...told, changes: [...seen, ...told.changes], fate: park('held', ...why), tell };
    }
    case 'forward':
      return { puts: [relayLetter(entry.meta, list, message, desk)], fate: finish, tell };
    case 'preserve':
      return { fate: park('bad', ...why), tell };
    case 'defer':
      return { fate: later(verdict.until, { why: why.join('; ') }), tell };
    case 'discard':
      return { fate: finish, tell };
    case 'reject':
      if (rejectionWay(list, verdict) === 'drop') return { fate: finish, tell };
      return await rejected({ ...about, reasons }, tell);
    case 'accept': {
      if (to !== undefined) {
        const puts = [relayLetter(entry.meta, list, message, desk)];
        return { changes: [relayedChange(entry.meta, view)], puts, fate: finish, tell };
      }
      return {
        changes: [acceptance(entry.meta, list, message), seenChange(entry.meta, view)],
        // A rule that accepts by itself has a moderator's word for it.
        puts: [await postingLetter(desk, entry.meta, list, message, verdict.reasons.length > 0)],
        fate: finish,
        tell,
      };
    }
    default:
      return unreachable(verdict);
  }
}

/** The author is told, where he may be told anything and there is room within the limits. */
async function rejected(about: About, tell: Told): Promise<Outcome<'virgin'>> {
  const { entry, desk, list } = about;
  const notice = await rejectionLetter(about);
  const to = parseAddress(entry.meta.sender ?? '');
  const room = notice && to && (await roomFor(desk, list, to, about.message.headers));
  if (!notice || !room) return { fate: finish, tell: { ...tell, told: false } };
  return { changes: [room], puts: [notice], fate: finish, tell: { ...tell, told: true } };
}
