/** What becomes of a moderator's word about a held posting, or about a request to join or leave. */
import type { Address } from '../mail/address.ts';
import { isToken, tokenHash } from '../mail/token.ts';
import type { Answer, CommandView, Notice } from './command.ts';
import { byExpiry, type Decided, type HeldDecision, type HeldPosting } from './held.ts';
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
  if (!two || decision !== 'accept' || !isFirst) {
    const line: Phrase = { phrase: 'decided', values: { ...about, decision } };
    return { ...told(who, line), changes: [change] };
  }
  const { notices = [] } = told(who, { phrase: 'seconded', values: about });
  // Once: who accepts it again is one person all the same.
  const asked = posting.seconds === undefined ? 'moderation-second' : undefined;
  const others = asked ? await othersTold(view, posting, who, asked) : [];
  return { said: [], notices: [...notices, ...others], changes: [change] };
}

/** The same to all others who may decide. */
async function othersTold(
  { list, books }: CommandView,
  { subject, id }: HeldPosting,
  who: Address,
  template: string,
): Promise<Notice[]> {
  const { moderators, owners } = await books.held.judges(list.id);
  const others = (moderators.length > 0 ? moderators : owners).filter((one) => one !== who);
  return others.map((to) => ({ template, to, values: { subject, who, id } }));
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
  const notices = await othersTold(view, posting, who, 'moderation-taken');
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
