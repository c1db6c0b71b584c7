/**
 * What becomes of a wish to join or leave a list: a pure machine.
 *
 * It is given what is true (`Situation`) and what happens (`Event`), and says the one thing to do
 * (`Move`). Nobody joins or leaves because of a message alone, whoever seems to have sent it: the
 * owner of the address must have shown that he is it (`proven`), have returned a token, or have
 * been added by those who run the list, which is not this machine's business.
 */
import { unreachable } from '../ground/errors.ts';

/** What a list wants before somebody joins, or leaves. */
export const policies = ['open', 'confirm', 'moderate', 'confirm-then-moderate'] as const;
export type Policy = (typeof policies)[number];

export type Wish = 'join' | 'leave';
/** For whom a request waits. */
export type Waiting = 'subscriber' | 'moderator';

export type Pending = { readonly wish: Wish | 'invite'; readonly waits: Waiting };

export type Situation = {
  readonly joining: Policy;
  readonly leaving: Policy;
  readonly isMember: boolean;
  readonly isBanned: boolean;
  /** It is an address of this site: a list that joins a list is a loop. */
  readonly isOurs: boolean;
  /** The one open request of this address on this list. */
  readonly pending: Pending | undefined;
};

export type Event =
  /** Somebody asks; `proven` when he is shown to be the owner of the address. */
  | { readonly kind: 'ask'; readonly wish: Wish; readonly proven: boolean }
  /** Those who run the list invite the address. */
  | { readonly kind: 'invite' }
  /** The token of the open request came back from its owner. */
  | { readonly kind: 'confirm' }
  /** A moderator decides about the open request, or `byExpiry` the list for him. */
  | { readonly kind: 'decide'; readonly accept: boolean; readonly by: string };

export type Refusal = 'member' | 'not-member' | 'banned' | 'ours' | 'waits' | 'no-request';

export type Move =
  /** The open request from now on, with a new token; what was open before is closed. */
  | { readonly kind: 'wait'; readonly pending: Pending }
  /** It is done, and no request is open any more. */
  | { readonly kind: Wish }
  /** The open request ends without effect. */
  | { readonly kind: 'close'; readonly why: Refusal | 'rejected' }
  /** Nothing changes. */
  | { readonly kind: 'refuse'; readonly why: Refusal };

/** What is to be done. */
export function advance(now: Situation, event: Event): Move {
  switch (event.kind) {
    case 'ask':
      return ask(now, event.wish, event.proven);
    case 'invite': {
      const why = obstacle(now, 'join');
      if (why) return { kind: 'refuse', why };
      return { kind: 'wait', pending: { wish: 'invite', waits: 'subscriber' } };
    }
    case 'confirm': {
      if (now.pending?.waits !== 'subscriber') return { kind: 'refuse', why: 'no-request' };
      const { wish } = now.pending;
      const why = obstacle(now, wish);
      if (why) return { kind: 'close', why };
      // Who was invited was approved before he was asked.
      return wish === 'invite' ? { kind: 'join' } : consented(now, wish);
    }
    case 'decide': {
      if (now.pending?.waits !== 'moderator') return { kind: 'refuse', why: 'no-request' };
      const why = obstacle(now, now.pending.wish);
      if (why) return { kind: 'close', why };
      if (!event.accept) return { kind: 'close', why: 'rejected' };
      return { kind: wishOf(now.pending) };
    }
    default:
      return unreachable(event);
  }
}

function ask(now: Situation, wish: Wish, proven: boolean): Move {
  const why = obstacle(now, wish);
  if (why) return { kind: 'refuse', why };
  const { pending } = now;
  if (pending?.waits === 'moderator' && wishOf(pending) === wish) {
    return { kind: 'refuse', why: 'waits' };
  }
  if (proven) return pending?.wish === 'invite' ? { kind: 'join' } : consented(now, wish);
  // Asked again, he gets a new token: the mail with the old one may be lost. An invitation stays
  // one: whoever asks in its place must not take its approval away.
  const invited = pending?.wish === 'invite' && wish === 'join';
  return { kind: 'wait', pending: { wish: invited ? 'invite' : wish, waits: 'subscriber' } };
}

/** The owner of the address wants it. */
function consented(now: Situation, wish: Wish): Move {
  const policy = wish === 'join' ? now.joining : now.leaving;
  const isModerated = policy === 'moderate' || policy === 'confirm-then-moderate';
  return isModerated ? { kind: 'wait', pending: { wish, waits: 'moderator' } } : { kind: wish };
}

function obstacle(now: Situation, wish: Pending['wish']): Refusal | undefined {
  if (wish === 'leave') return now.isMember ? undefined : 'not-member';
  if (now.isOurs) return 'ours';
  if (now.isBanned) return 'banned';
  return now.isMember ? 'member' : undefined;
}

function wishOf({ wish }: Pending): Wish {
  return wish === 'leave' ? 'leave' : 'join';
}
