/** What becomes of a moderator's word about a held posting, or about a request to join or leave. */
import type { Address } from '../mail/address.ts';
import { isToken, tokenHash } from '../mail/token.ts';
import type { Answer, CommandView, Notice } from './command.ts';
import { byExpiry, type Decided, type HeldDecision, type HeldPosting } from './held.ts';
import { subscribe } from './subscribing.ts';

const unknown = 'That is nothing that waits for you: it was decided already, or it is too old.';

const past: Readonly<Record<HeldDecision, string>> = {
  accept: 'accepted',
  reject: 'rejected',
  discard: 'discarded',
};

/**
 * A decision by the holder of a token. Only who got the notice has it, so the answer goes to him,
 * whoever the message with the token says that it is from.
 */
export async function decide(
  view: CommandView,
  [token = '', ...words]: readonly string[],
  decision: HeldDecision,
): Promise<Answer> {
  if (!isToken(token)) return { said: [`"${token}" is no token.`], failed: true };
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
  const about = aboutPosting(posting);
  if (posting.decided) return told(who, `${about} ${earlier(posting.decided)}`);
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
  const text =
    two && decision === 'accept' && isFirst
      ? 'is released when a second person accepts it, too.'
      : `is ${past[decision]}.`;
  return { ...told(who, `${about} ${text}`), changes: [change] };
}

/** Somebody says that he looks after a posting; the others hear of it. */
export async function claim(view: CommandView, [token = '']: readonly string[]): Promise<Answer> {
  const { list, books } = view;
  const found = isToken(token) ? await books.held.byToken(tokenHash(token)) : undefined;
  if (found?.posting.list !== list.id) return { said: [unknown], failed: true };
  const { posting, who } = found;
  const about = aboutPosting(posting);
  if (posting.decided) return told(who, `${about} ${earlier(posting.decided)}`);
  if (posting.minder !== undefined) {
    const name = posting.minder === who ? 'You look' : `${posting.minder} looks`;
    return told(who, `${name} after ${about.replace('The', 'the')} already.`);
  }
  const { moderators, owners } = await books.held.judges(list.id);
  const others = (moderators.length > 0 ? moderators : owners).filter((one) => one !== who);
  const values = { subject: posting.subject, who, id: posting.id };
  const notices = others.map((to): Notice => ({ template: 'moderation-taken', to, values }));
  const answer = told(who, `You look after ${about.replace('The', 'the')}; the others are told.`);
  return {
    ...answer,
    changes: [{ kind: 'minded', list: list.id, entry: posting.id, by: who }],
    notices: [...(answer.notices ?? []), ...notices],
  };
}

/** What was decided before, in words. */
export function earlier({ decision, by, at }: Decided): string {
  const who = by === byExpiry ? 'because nobody decided in time' : `by ${by}`;
  const when = new Date(at).toISOString().slice(0, 16).replace('T', ' ');
  return `was ${past[decision]} already ${who} (${when} UTC).`;
}

function aboutPosting({ subject, author }: HeldPosting): string {
  return `The message "${subject}" by ${author}`;
}

function told(who: Address, results: string): Answer {
  return { said: [], notices: [{ template: 'command-reply', to: who, values: { results } }] };
}
