/** Makes of a move of the subscription machine the changes, the messages and the words for it. */
import { unreachable } from '../ground/errors.ts';
import { type Address, addressKey } from '../mail/address.ts';
import { tokenHash } from '../mail/token.ts';
import type { ConsentNote } from './change-subscription.ts';
import type { Answer, CommandView, Notice } from './command.ts';
import { byExpiry } from './held.ts';
import type { Phrase } from './phrases.ts';
import type { Request, RequestKind } from './request.ts';
import { approval, decidedNow } from './request-decision.ts';
import { advance, type Event, type Pending, type Refusal, type Situation } from './subscription.ts';

/** Where and when something happens, as far as subscriptions care. */
export type Place = Pick<
  CommandView,
  | 'list'
  | 'now'
  | 'books'
  | 'messageId'
  | 'source'
  | 'bringer'
  | 'patienceMs'
  | 'token'
  | 'isOurs'
  | 'byPage'
>;

export type Subscriber = { readonly address: Address; readonly name: string };

/** What is true of an address and a list, and the request that is open. */
export async function situationOf(
  { list, now, books, isOurs }: Place,
  address: Address,
): Promise<{ readonly situation: Situation; readonly request: Request | undefined }> {
  const key = addressKey(address);
  const request = await books.people.subscriptionRequest(list.id, key, now);
  const memberships = await books.memberships(list.id, key);
  return {
    request,
    situation: {
      joining: list.settings.joinPolicy,
      leaving: list.settings.leavePolicy,
      isMember: memberships.some(({ role }) => role === 'member'),
      isBanned: await books.people.isBanned(list.id, address),
      isOurs: await isOurs(address),
      pending: request && pendingOf(request),
    },
  };
}

function pendingOf({ kind, waits }: Request): Pending {
  return { wish: kind === 'leave' || kind === 'invite' ? kind : 'join', waits };
}

/** What comes of an event: the whole answer. `reason` is what a person says to it. */
export async function subscribe(
  place: Place,
  who: Subscriber,
  event: Event,
  reason = '',
): Promise<Answer> {
  const { situation, request } = await situationOf(place, who.address);
  const move = advance(situation, event);
  const { list } = place;
  const seen = request?.token ?? null;
  const name = who.name === '' ? (request?.detail.name ?? '') : who.name;
  switch (move.kind) {
    case 'wait':
      return waiting(place, { ...who, name }, move.pending, event, request, reason);
    case 'join': {
      const note = noteOf(place, event, request);
      const { address } = who;
      return {
        said: [{ phrase: 'joined', values: { address } }],
        changes: [
          { kind: 'joined', list: list.id, address, name, seen, note },
          ...decidedNow(list, event, request),
        ],
        notices: doneNotices(place, who, 'join'),
      };
    }
    case 'leave': {
      const note = noteOf(place, event, request);
      const { address } = who;
      return {
        said: [{ phrase: 'left', values: { address } }],
        changes: [
          { kind: 'left', list: list.id, address, seen, note },
          ...decidedNow(list, event, request),
        ],
        notices: doneNotices(place, who, 'leave'),
      };
    }
    case 'close':
      return closing(place, who, request, { why: move.why, event, reason });
    case 'refuse':
      return { said: [refusal(move.why, who.address)], failed: true };
    default:
      return unreachable(move);
  }
}

/** Leaves by a link of his own: at once, whatever the list wants of others who leave. */
export async function leaveAtOnce(place: Place, who: Subscriber): Promise<Answer> {
  const { list } = place;
  const key = addressKey(who.address);
  const request = await place.books.people.subscriptionRequest(list.id, key, place.now);
  const seen = request?.token ?? null;
  const note = { way: 'his own unsubscribe link', asked: place.messageId, confirmed: '' };
  return {
    // Mail programs write there by themselves: the farewell of the list is all that is answered.
    said: [],
    changes: [{ kind: 'left', list: list.id, address: who.address, seen, note }],
    notices: doneNotices(place, who, 'leave'),
  };
}

type Closing = {
  readonly why: Refusal | 'rejected';
  readonly event: Event;
  readonly reason: string;
};

function closing(
  { list }: Place,
  who: Subscriber,
  request: Request | undefined,
  { why, event, reason }: Closing,
): Answer {
  if (!request) return { said: [{ phrase: 'not-open' }], failed: true };
  const closed = { kind: 'request-closed', list: list.id, request, why } as const;
  if (why !== 'rejected') {
    return { said: [refusal(why, who.address)], changes: [closed] };
  }
  const isOver = event.kind === 'decide' && event.by === byExpiry;
  // What the list wants to be discarded ends in silence.
  const isQuiet = isOver && list.settings.requestAction === 'discard';
  const expired = isOver ? 'yes' : '';
  const values = { wish: request.kind, address: who.address, reason, expired };
  return {
    said: [{ phrase: 'rejected', values: { address: who.address } }],
    changes: [closed, ...decidedNow(list, event, request)],
    notices: isQuiet ? [] : [{ template: 'request-rejected', to: who.address, values }],
  };
}

/** A new request, and the message that carries its token. */
function waiting(
  place: Place,
  who: Subscriber,
  { wish, waits }: Pending,
  event: Event,
  before: Request | undefined,
  words: string,
): Answer {
  const { list } = place;
  const key = addressKey(who.address);
  const token = place.token(`${wish} ${waits}`, key);
  const request = newRequest(place, who, wish, waits, token, before);
  const seen = before?.token ?? null;
  const asked = { kind: 'requested', list: list.id, request, seen } as const;
  if (waits === 'moderator') {
    const values = { wish, address: who.address, name: who.name };
    const notice = { template: 'moderation-request', to: undefined, values, token };
    const untold = list.settings.moderatorNotices !== 'at-once';
    return {
      said: [{ phrase: 'waits-moderator', values: { address: who.address } }],
      changes: [{ ...asked, untold }],
      notices: untold ? [] : [notice],
    };
  }
  const changes = [asked];
  const template = wish === 'invite' ? 'invitation' : `confirm-${wish}`;
  const byStranger = event.kind === 'ask' && !event.proven;
  const said = wish === 'invite' ? { words: event.kind === 'invite' ? words : '' } : {};
  const values = { address: who.address, name: who.name, asked_by: place.bringer, ...said };
  return {
    said: [{ phrase: 'asked', values: { address: who.address } }],
    changes,
    notices: [{ template, to: who.address, values, token, byStranger }],
  };
}

/** A request as it is kept: with the hash of its token only. */
export function newRequest(
  { list, now, messageId, source, patienceMs }: Place,
  who: Subscriber,
  kind: RequestKind,
  waits: Request['waits'],
  token: string,
  before?: Request,
  detail: Request['detail'] = {},
): Request {
  return {
    list: list.id,
    kind,
    waits,
    address: who.address,
    key: addressKey(who.address),
    token: tokenHash(token),
    // What asked first is what the consent record will name.
    detail: {
      name: who.name,
      messageId: waits === 'moderator' ? (before?.detail.messageId ?? messageId) : messageId,
      askedBy: source,
      ...detail,
    },
    made: now,
    expires: now + patienceMs[waits],
  };
}

function noteOf(place: Place, event: Event, request: Request | undefined): ConsentNote {
  const asked = request?.detail.messageId ?? place.messageId;
  const way =
    event.kind === 'decide'
      ? approval(event.by)
      : event.kind === 'confirm'
        ? request?.kind === 'invite'
          ? 'accepted an invitation'
          : place.byPage
            ? 'confirmed by link'
            : 'confirmed by mail'
        : 'asked by mail that is shown to be real';
  return { way, asked, confirmed: event.kind === 'ask' ? '' : place.messageId };
}

function doneNotices({ list }: Place, who: Subscriber, wish: 'join' | 'leave'): Notice[] {
  const { settings } = list;
  const values = { address: who.address, name: who.name };
  const found: Notice[] = [];
  const toMember = wish === 'join' ? settings.welcome : settings.goodbye;
  if (toMember) {
    found.push({ template: wish === 'join' ? 'welcome' : 'goodbye', to: who.address, values });
  }
  if (settings.tellOwners) {
    const template = wish === 'join' ? 'owner-joined' : 'owner-left';
    found.push({ template, to: undefined, values });
  }
  return found;
}

/** Every reason has a sentence of its own name. */
function refusal(why: Refusal, address: Address): Phrase {
  return { phrase: why, values: { address } };
}
