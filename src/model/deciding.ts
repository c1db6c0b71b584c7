/** What becomes of a moderator's word about a held posting, or about a request to join or leave. */
import type { Address } from '../mail/address.ts';
import { isToken, tokenHash } from '../mail/token.ts';
import type { Answer, CommandView, Notice } from './command.ts';
import { othersThan } from './deciders.ts';
import {
  byExpiry,
  type Decided,
  type HeldBooks,
  type HeldDecision,
  type HeldPosting,
} from './held.ts';
import type { ListView } from './list.ts';
import type { Phrase, PhraseValues } from './phrases.ts';
import { decidedBefore } from './request-decision.ts';
import { subscribe } from './subscribing.ts';

const unknown: Phrase = { phrase: 'nothing-waits' };

/**
 * A decision by the holder of a token. Only who got the notice has it, so the answer goes to him,
 * whoever the message with the token says that it is from.
 */
export async function decide(
  view: CommandView,
  [token = '', ...words]: readonly string[],
  decision: HeldDecision,
): Promise<Answer> {
  if (!isToken(token)) {
    return { said: [{ phrase: 'no-token', values: { text: token } }], failed: true };
  }
  const { list, books } = view;
  const reason = words.join(' ').trim();
  const hash = tokenHash(token);
  const found = await books.held.byToken(hash);
  if (found?.posting.list === list.id) {
    return await decideHeld(view, found.posting, found.who, decision, reason);
  }
  const request = await books.people.request(hash, view.now);
  if (request?.list !== list.id || request.waits !== 'moderator') {
    return { said: [(await decidedBefore(view, hash)) ?? unknown], failed: true };
  }
  const { address: by } = view.asker;
  const event = { kind: 'decide', accept: decision === 'accept', by } as const;
  return await subscribe(view, { address: request.address, name: '' }, event, reason);
}

async function decideHeld(
  view: CommandView,
  posting: HeldPosting,
  who: Address,
  decision: HeldDecision,
  reason: string,
): Promise<Answer> {
  if (posting.decided) return told(who, earlier(posting, posting.decided));
  const { list, books } = view;
  const { held } = books;
  const two = list.settings.twoModerators;
  const isFirst = posting.seconds === undefined || (await held.isOnePerson(posting.seconds, who));
  const isSeconded = two && decision === 'accept' && isFirst;
  // Once: who accepts it again is one person all the same.
  const others = isSeconded && posting.seconds === undefined;
  const asked = others ? await secondsAsked(held, list, posting, who, view.heldToken) : [];
  const change = {
    kind: 'decided',
    list: list.id,
    entry: posting.id,
    decision,
    reason,
    by: who,
    two,
    seen: posting.seconds,
    keys: asked.map(({ to, token }) => ({ who: to, token: tokenHash(token) })),
  } as const;
  const about = aboutPosting(posting);
  if (!isSeconded) {
    const line: Phrase = { phrase: 'decided', values: { ...about, decision } };
    return { ...told(who, line), changes: [change] };
  }
  const { notices = [] } = told(who, { phrase: 'seconded', values: about });
  const more = asked.map(({ notice }) => notice);
  return { said: [], notices: [...notices, ...more], changes: [change] };
}

/** A message to somebody who is asked for a second word, and the token of its answer. */
export type SecondAsked = { readonly to: Address; readonly token: string; readonly notice: Notice };

/** All others who may decide are asked; each has a token, also who was not told before. */
export async function secondsAsked(
  held: HeldBooks,
  list: ListView,
  { subject, id }: Pick<HeldPosting, 'subject' | 'id'>,
  who: string,
  tokenOf: CommandView['heldToken'],
): Promise<readonly SecondAsked[]> {
  const others = await othersThan(held, list, who);
  return others.map((to) => {
    const token = tokenOf(id, to);
    const values = { subject, who, id };
    return { to, token, notice: { template: 'moderation-second', to, values, heldToken: token } };
  });
}

/** Somebody says that he looks after a posting; the others hear of it. */
export async function claim(view: CommandView, [token = '']: readonly string[]): Promise<Answer> {
  const { list, books } = view;
  const found = isToken(token) ? await books.held.byToken(tokenHash(token)) : undefined;
  if (found?.posting.list !== list.id) return { said: [unknown], failed: true };
  const { posting, who } = found;
  if (posting.decided) return told(who, earlier(posting, posting.decided));
  const about = aboutPosting(posting);
  if (posting.minder !== undefined) {
    const isSame = await books.held.isOnePerson(posting.minder, who);
    const by = isSame ? '' : posting.minder;
    return told(who, { phrase: 'minded-before', values: { ...about, by } });
  }
  const { subject, id } = posting;
  const notices = (await othersThan(books.held, list, who)).map((to) => {
    return { template: 'moderation-taken', to, values: { subject, who, id } };
  });
  const answer = told(who, { phrase: 'minded', values: about });
  return {
    ...answer,
    changes: [{ kind: 'minded', list: list.id, entry: posting.id, by: who }],
    notices: [...(answer.notices ?? []), ...notices],
  };
}

/** What was decided before, and by whom; by nobody where the time was over. */
function earlier(posting: HeldPosting, { decision, by, at }: Decided): Phrase {
  const who = by === byExpiry ? '' : by;
  return { phrase: 'decided-before', values: { ...aboutPosting(posting), decision, by: who, at } };
}

function aboutPosting({ subject, author }: HeldPosting): PhraseValues {
  return { subject, author };
}

function told(who: Address, line: Phrase): Answer {
  return {
    said: [],
    notices: [{ template: 'command-reply', to: who, values: {}, lines: [line] }],
  };
}
