/** What becomes of a moderator's word about a held posting, or about a request to join or leave. */
import type { Address } from '../mail/address.ts';
import { isToken, tokenHash } from '../mail/token.ts';
import type { Answer, CommandView, Notice } from './command.ts';
import { byExpiry, type Decided, type HeldDecision, type HeldPosting } from './held.ts';
import type { Phrase, PhraseValues } from './phrases.ts';
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
    return decideHeld(view, found.posting, found.who, decision, reason);
  }
  const request = await books.people.request(hash, view.now);
  if (request?.list !== list.id || request.waits !== 'moderator') {
    return { said: [unknown], failed: true };
  }
  const event = { kind: 'decide', accept: decision === 'accept' } as const;
  return await subscribe(view, { address: request.address, name: '' }, event, reason);
}

function decideHeld(
  view: CommandView,
  posting: HeldPosting,
  who: Address,
  decision: HeldDecision,
  reason: string,
): Answer {
  if (posting.decided) return told(who, earlier(posting, posting.decided));
  const { list } = view;
  const two = list.settings.twoModerators;
  const isFirst = posting.seconds === undefined || posting.seconds === who;
  const change = {
    kind: 'decided',
    list: list.id,
    entry: posting.id,
    decision,
    reason,
    by: who,
    two,
    seen: posting.seconds,
  } as const;
  const about = aboutPosting(posting);
  const line: Phrase =
    two && decision === 'accept' && isFirst
      ? { phrase: 'seconded', values: about }
      : { phrase: 'decided', values: { ...about, decision } };
  return { ...told(who, line), changes: [change] };
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
    const by = posting.minder === who ? '' : posting.minder;
    return told(who, { phrase: 'minded-before', values: { ...about, by } });
  }
  const { moderators, owners } = await books.held.judges(list.id);
  const others = (moderators.length > 0 ? moderators : owners).filter((one) => one !== who);
  const values = { subject: posting.subject, who, id: posting.id };
  const notices = others.map((to): Notice => ({ template: 'moderation-taken', to, values }));
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
