/** Changes that people make by mail to what they are on lists. */
import type { Address, AddressKey } from '../mail/address.ts';
import type { Rhythm } from './digest.ts';
import type { ListId } from './ids.ts';
import type { DeliveryMode } from './list.ts';
import type { Pause, PreferenceLevel, PreferenceName } from './preferences.ts';
import type { Request, RequestDecision } from './request.ts';

/** How somebody came to be, or not to be, a member. */
export type ConsentNote = {
  readonly way: string;
  readonly asked: string;
  readonly confirmed: string;
};

/**
 * `seen` is the token hash of the open request that the step saw, null for none. Where another
 * one is open by now, the view was stale and the step is repeated: a token is used once.
 */
export type SubscriptionChange =
  | {
      readonly kind: 'requested';
      readonly list: ListId;
      readonly request: Request;
      readonly seen: string | null;
      /** Moderators are not told of it at once: it waits for the summary of the day. */
      readonly untold?: boolean | undefined;
    }
  | {
      readonly kind: 'request-closed';
      readonly list: ListId;
      readonly request: Request;
      readonly why: string;
    }
  /** Comes with the change that a moderator's decision about a request makes. */
  | {
      readonly kind: 'request-decided';
      readonly list: ListId;
      readonly request: Request;
      readonly decision: RequestDecision;
      readonly by: string;
    }
  /** Moderators were told of a request; where that changed since `toldAt`, the view was stale. */
  | {
      readonly kind: 'request-shown';
      readonly list: ListId;
      readonly token: string;
      readonly toldAt: number;
    }
  | {
      readonly kind: 'joined';
      readonly list: ListId;
      readonly address: Address;
      readonly name: string;
      readonly seen: string | null;
      readonly note: ConsentNote;
    }
  | {
      readonly kind: 'left';
      readonly list: ListId;
      readonly address: Address;
      readonly seen: string | null;
      readonly note: ConsentNote;
    }
  /** Mail reaches its owner there; once shown, it is remembered. */
  | { readonly kind: 'verified'; readonly list: ListId; readonly address: Address }
  /** A stranger made us write to an address. At the limit the step is repeated, and sees it. */
  | {
      readonly kind: 'bothered';
      readonly list: ListId;
      readonly target: AddressKey;
      readonly source: string;
      readonly limits: StrangerLimits;
    }
  /** The owner answered: what was sent to him was not a stranger's doing. */
  | { readonly kind: 'vouched'; readonly list: ListId; readonly target: AddressKey }
  | {
      readonly kind: 'preferred';
      readonly list: ListId;
      readonly key: AddressKey;
      readonly level: PreferenceLevel;
      readonly name: PreferenceName;
      /** Null: as the next level has it. */
      readonly value: string | null;
    }
  | {
      readonly kind: 'delivery';
      readonly list: ListId;
      readonly key: AddressKey;
      /** Here, on all lists of the address, or of all addresses of its user. */
      readonly level: PreferenceLevel;
      readonly on: boolean;
      /** Off between two times only. */
      readonly pause?: Pause | undefined;
    }
  /** How he gets postings from the next one on. */
  | {
      readonly kind: 'way';
      readonly list: ListId;
      readonly key: AddressKey;
      readonly level: PreferenceLevel;
      /** Null: as the next level has it. */
      readonly mode?: DeliveryMode | null | undefined;
      readonly rhythm?: Rhythm | null | undefined;
    }
  | {
      readonly kind: 'muted';
      readonly list: ListId;
      readonly key: AddressKey;
      readonly thread: string;
      readonly on: boolean;
    }
  /** An address of the list stands for one of its authors. */
  | {
      readonly kind: 'aliased';
      readonly list: ListId;
      readonly tag: string;
      readonly author: Address;
    }
  /** A change of address on all lists where the new one is not already. */
  | {
      readonly kind: 'moved';
      readonly list: ListId;
      readonly from: Address;
      readonly to: Address;
      readonly seen: string | null;
    };

/** What strangers can make us write: to one address, and by one source. */
export type StrangerLimits = {
  readonly targetHour: number;
  readonly targetDay: number;
  readonly sourceHour: number;
  readonly sourceDay: number;
};

const hourMs = 3_600_000;
/** A day, ms. */
export const dayMs = 24 * hourMs;

/** Whether one message more is too many; the times are those of the last day. */
export function isTooMany(
  { target, source }: { readonly target: readonly number[]; readonly source: readonly number[] },
  limits: StrangerLimits,
  now: number,
): boolean {
  const hour = (times: readonly number[]) => times.filter((at) => at > now - hourMs).length;
  return (
    hour(target) >= limits.targetHour ||
    target.length >= limits.targetDay ||
    hour(source) >= limits.sourceHour ||
    source.length >= limits.sourceDay
  );
}
