/** Postings that wait for a moderator: why, since when, and who decided what. */
import type { Address } from '../mail/address.ts';
import type { EntryId, ListId } from './ids.ts';
import type { Line } from './phrases.ts';

/** What can be decided about a held posting. */
export const heldDecisions = ['accept', 'reject', 'discard'] as const;
export type HeldDecision = (typeof heldDecisions)[number];

/** What may be done with its sender at the same time. */
export const senderDeeds = ['accept', 'ban', 'clear'] as const;
export type SenderDeed = (typeof senderDeeds)[number];

/** What was decided. The first decision counts, whoever comes second is told of it. */
export type Decided = {
  readonly decision: HeldDecision;
  /** What the author is told; empty: nothing was said. */
  readonly reason: string;
  /** An address, or `cli:ann`; `expiry` where nobody decided in time. */
  readonly by: string;
  readonly cause: string;
  readonly at: number;
};

/** Nobody decided: the time was over. */
export const byExpiry = 'expiry';

/** One held posting as the books have it. */
export type HeldPosting = {
  readonly id: EntryId;
  readonly list: ListId;
  readonly author: string;
  readonly subject: string;
  readonly bytes: number;
  readonly reasons: readonly Line[];
  readonly since: number;
  /** Who said that he looks after it. */
  readonly minder: string | undefined;
  /** Who released it first, where two are wanted. */
  readonly seconds: string | undefined;
  /** Neither reminders nor expiry before this time; 0: as the list is set. */
  readonly quietUntil: number;
  /** When its moderators were told last. */
  readonly toldAt: number;
  /** How often they were reminded. */
  readonly reminders: number;
  readonly decided: Decided | undefined;
};

/** Lets one person decide about one posting: only the hash of the token is kept. */
export type HeldKey = { readonly token: string; readonly who: Address };

/** What happened to held postings. The books make each of them true once. */
export type HeldChange =
  | {
      readonly kind: 'held';
      readonly list: ListId;
      readonly posting: Pick<HeldPosting, 'id' | 'author' | 'subject' | 'bytes' | 'reasons'>;
      readonly since: number;
      /** The moderators were told. */
      readonly shown: boolean;
      readonly keys: readonly HeldKey[];
    }
  | {
      readonly kind: 'decided';
      readonly list: ListId;
      readonly entry: EntryId;
      readonly decision: HeldDecision;
      readonly reason: string;
      readonly by: string;
      /** A second person must agree before it is accepted. */
      readonly two: boolean;
      /** Who had accepted it when this was decided: where that changed, the view was stale. */
      readonly seen: string | undefined;
      /** Of those who are asked for a second word, where one is needed. */
      readonly keys?: readonly HeldKey[] | undefined;
      readonly sender?: SenderDeed | undefined;
    }
  | {
      readonly kind: 'minded';
      readonly list: ListId;
      readonly entry: EntryId;
      readonly by: string;
    }
  | {
      readonly kind: 'deferred';
      readonly list: ListId;
      readonly entry: EntryId;
      readonly until: number;
      readonly by: string;
    }
  /** Moderators were told of these: by summary or as a reminder. */
  | {
      readonly kind: 'shown';
      readonly list: ListId;
      /** When they had been told of each; where that changed, the view was stale. */
      readonly entries: readonly {
        readonly id: EntryId;
        readonly toldAt: number;
        readonly reminder: boolean;
      }[];
      readonly keys: readonly (HeldKey & { readonly entry: EntryId })[];
      /** Decisions before this time are forgotten. */
      readonly forget: number;
    };

/** What steps may ask about held postings. */
export type HeldBooks = {
  posting(id: EntryId): Promise<HeldPosting | undefined>;
  /** Whose token this is, and for which posting. */
  byToken(
    tokenHash: string,
  ): Promise<{ readonly posting: HeldPosting; readonly who: Address } | undefined>;
  /** Whether two names, of those that decide, are one person's. */
  isOnePerson(one: string, other: string): Promise<boolean>;
  /** Those of a list that wait, the oldest first. */
  waiting(list: ListId): Promise<readonly HeldPosting[]>;
  /** Who is asked: moderators, and owners where there are none or they do not answer. */
  judges(list: ListId): Promise<{
    readonly moderators: readonly Address[];
    readonly owners: readonly Address[];
  }>;
};
