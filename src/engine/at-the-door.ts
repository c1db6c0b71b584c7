/** What is refused while the giver is still there, by the same rules as everything else. */

import type { Address } from '../mail/address.ts';
import { noHeaders } from '../mail/headers.ts';
import { isBroken, type Message, readMessage } from '../mail/message.ts';
import type { ListView } from '../model/list.ts';
import type { Posting, Reason } from '../model/posting.ts';
import { judge, needsOf } from './chain.ts';
import { chainFor, judgeOffer, rejectionWay } from './judging.ts';
import { inEnglish } from './plain.ts';
import { type Offer, postingView, type ViewDesk } from './posting-view.ts';

/** A whole message that is offered. */
export type WholeOffer = Pick<Offer, 'list' | 'to' | 'size' | 'sender' | 'root'> & {
  /** Makes it a file, where it has to be read. */
  readonly file: () => Promise<string>;
};

/**
 * Why a message is refused, where the list wants its mail server to say so. Asked only by lists
 * that do: the others judge when there is time.
 */
export async function refusedWhole(desk: ViewDesk, offer: WholeOffer): Promise<string | undefined> {
  if (offer.to !== undefined || !answersAtDoor(offer.list)) return undefined;
  const { headerBytes: maxHeaderBytes } = desk.config.limits;
  const message = await readMessage(await offer.file(), { maxHeaderBytes });
  if (isBroken(message)) return undefined; // whoever parks it says why
  const { verdict } = await judgeOffer(desk, { ...offer, message });
  const isRefused = verdict.kind === 'reject' && rejectionWay(offer.list, verdict) === 'door';
  return isRefused ? textOf(verdict.reasons, offer.list) : undefined;
}

function answersAtDoor({ settings }: ListView): boolean {
  const { rejections, rejectionsByRule } = settings;
  return rejections === 'door' || rejectionsByRule.some((line) => /=\s*door\s*$/.test(line));
}

/** An envelope, before there is a message. */
export type Envelope = {
  readonly list: ListView;
  readonly to: Posting['to'];
  readonly sender: string | null;
  /** Who has logged in at the MTA, where his name is an address: bans look at it, too. */
  readonly login?: Address | undefined;
  readonly size: number;
};

/** Rules that can answer when only the envelope is known. */
const early = new Set(['banned', 'sender-rate', 'list-rate', 'max-size']);
/** These ask who the author is: the envelope does not say so for sure. */
const guessing = new Set(['nonmember-lists', 'members-only']);
/** They hit when much comes in a short time; later they would not. */
const passing = new Set(['sender-rate', 'list-rate']);

export type Refused = { readonly text: string; readonly isPassing: boolean };

/**
 * Why mail with this envelope would be rejected whatever its message is; undefined: it may come.
 * Whom the envelope names counts as the author only where the list says that he does.
 */
export async function refusedEarly(
  desk: ViewDesk,
  { list, to, sender, login, size }: Envelope,
): Promise<Refused | undefined> {
  if (to !== undefined || sender === null || sender === '') return undefined;
  const guesses = list.settings.envelopeDecides;
  const chain = chainFor(desk, { list, to }).filter(
    ([{ name }]) => early.has(name) || (guesses && guessing.has(name)),
  );
  const named = noHeaders.setRaw('From', `<${sender}>`);
  const headers = login === undefined ? named : named.setRaw('Sender', `<${login}>`);
  const message: Message = { headers, body: { path: '', start: 0, end: 0 } };
  const offer: Offer = { list, to, message, size, sender, root: '' };
  const verdict = judge(chain, await postingView(desk, offer, needsOf(chain, list)));
  if (verdict.kind !== 'reject') return undefined;
  const [first] = verdict.reasons;
  return {
    text: textOf(verdict.reasons, list),
    isPassing: passing.has(first?.rule ?? ''),
  };
}

/** One line for an SMTP reply. */
function textOf(reasons: readonly Reason[], list: ListView): string {
  return reasons
    .map(({ why }) => inEnglish(why, list))
    .join(' ')
    .replace(/[^ -~]+/g, '?')
    .slice(0, 400);
}
