/** From a message that is offered to a list to the verdict on it; all ways in share this. */
import { addressKey } from '../mail/address.ts';
import { authorOf } from '../mail/author.ts';
import { messageIdOf } from '../mail/message-id.ts';
import type { Change } from '../model/change.ts';
import type { EntryMeta } from '../model/entry.ts';
import { rootId } from '../model/ids.ts';
import type { ListView } from '../model/list.ts';
import type { Link, Posting, Verdict } from '../model/posting.ts';
import { readRejectionWay } from '../model/settings-rules.ts';
import { postingChain, relayChain } from '../rules/index.ts';
import { type Answer, judge, needsOf } from './chain.ts';
import type { Desk } from './desk.ts';
import { type Offer, postingView, type ViewDesk } from './posting-view.ts';

export type Judged = { readonly verdict: Verdict; readonly view: Posting };

/** Loads what the rules need and asks them; `heard` is told what each says. */
export async function judgeOffer(
  desk: ViewDesk,
  offer: Offer,
  heard?: (answer: Answer) => void,
): Promise<Judged> {
  const chain = chainFor(desk, offer);
  const view = await postingView(desk, offer, needsOf(chain, offer.list));
  return { verdict: judge(chain, view, heard), view };
}

/** The rules for a posting, or for mail to the owners. */
export function chainFor(
  { config }: Pick<Desk, 'config'>,
  { list, to }: Pick<Offer, 'list' | 'to'>,
): readonly Link[] {
  return to === undefined ? postingChain(list, config.rules) : relayChain;
}

const dayMs = 86_400_000;

/** What is remembered of a posting that was accepted or held: for rates and duplicates. */
export function seenChange(
  meta: Pick<EntryMeta, 'id'>,
  { list, headers }: Posting,
): Extract<Change, { kind: 'seen' }> {
  const author = authorOf(headers);
  return {
    kind: 'seen',
    list: list.id,
    posting: rootId(meta.id),
    messageId: messageIdOf(headers) ?? '',
    author: author === undefined ? '' : addressKey(author),
    knownMs: list.settings.duplicateDays * dayMs,
  };
}

/** What is remembered of mail to the owners: that it came. To the list it may go as well. */
export function relayedChange(meta: Pick<EntryMeta, 'id'>, view: Posting): Change {
  return { ...seenChange(meta, view), messageId: '' };
}

/** How the author hears of a rejection: by the rule that decided, else as the list says. */
export function rejectionWay({ settings }: ListView, { reasons }: Verdict) {
  const rule = reasons[0]?.rule;
  const own = settings.rejectionsByRule.map(readRejectionWay).find((one) => one?.rule === rule);
  return own?.way ?? settings.rejections;
}

/**
 * Whether another posting had this one's Message-ID first. Two that come at the same moment are
 * both judged before either is known; the books know which was the first.
 */
export async function isSecond(
  { books, config, now }: Pick<Desk, 'books' | 'config' | 'now'>,
  meta: Pick<EntryMeta, 'id'>,
  list: ListView,
  headers: Posting['headers'],
): Promise<boolean> {
  const days = list.settings.duplicateDays;
  const messageId = messageIdOf(headers);
  const link = postingChain(list, config.rules).find(([rule]) => rule.name === 'duplicate');
  if (days === 0 || messageId === undefined || link?.[1] !== 'discard') return false;
  const { sameId } = await books.rules.past(list.id, {
    messageId,
    author: undefined,
    root: rootId(meta.id),
    idsSince: now - days * dayMs,
    countsSince: undefined,
    mostByAuthor: 0,
    most: 0,
  });
  return sameId !== undefined;
}
