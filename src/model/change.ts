/** Everything that a runner may make true in the store. Applying one twice is applying it once. */

import type { DigestChange } from './change-digest.ts';
import type { SubscriptionChange } from './change-subscription.ts';
import type { Cause } from './diagnosis.ts';
import type { Failure } from './failure.ts';
import type { HeldChange } from './held.ts';
import type { EntryId, ListId } from './ids.ts';

/** An SMTP refusal of one recipient: part of the evidence about an address. */
export type Refusal = {
  readonly address: string;
  readonly member?: number;
  readonly code: number;
  /** Enhanced status (RFC 3463), as the server gave it. */
  readonly enhanced?: string;
  readonly text: string;
  /** What it says, as far as it can be told: without it nothing is counted. */
  readonly failure?: { readonly status: string; readonly cause: Cause } & Pick<
    Failure,
    'audience' | 'peers'
  >;
};

export type Change =
  | SubscriptionChange
  | HeldChange
  | DigestChange
  /** A posting was accepted: it gets the list's next number. `posting` is its root id. */
  | {
      readonly kind: 'accepted';
      readonly list: ListId;
      readonly posting: EntryId;
      readonly messageId: string;
      readonly author: string;
      readonly subject: string;
    }
  /** What was proved of an accepted posting, as its Authentication-Results say it. */
  | {
      readonly kind: 'authenticated';
      readonly list: ListId;
      readonly posting: EntryId;
      readonly results: string;
    }
  /** A posting was accepted or held; `author` is an address key, or empty. */
  | {
      readonly kind: 'seen';
      readonly list: ListId;
      readonly posting: EntryId;
      readonly messageId: string;
      readonly author: string;
      /** How long its Message-ID is known again. */
      readonly knownMs: number;
    }
  /** Some of a mailing was cut into batches; `last` when the roster is through. */
  | {
      readonly kind: 'cut';
      readonly list: ListId | undefined;
      readonly mailing: EntryId;
      readonly batches: number;
      readonly recipients: number;
      readonly last: boolean;
    }
  /** A batch made progress; `done` when nothing of it is left to do. */
  | {
      readonly kind: 'handed';
      readonly mailing: EntryId;
      readonly list: ListId | undefined;
      readonly delivered: number;
      readonly refused: number;
      readonly failed: number;
      /** Not sent, because the mailing was cancelled. */
      readonly cancelled?: number;
      readonly done: boolean;
    }
  /** Recipients whom the MTA refused for good, or for as long as we try. */
  | {
      readonly kind: 'refused';
      readonly list: ListId | undefined;
      readonly mailing: EntryId;
      readonly refusals: readonly Refusal[];
    }
  /** Copies that came back, or were complained of. Each counts once for a mailing and member. */
  | { readonly kind: 'bounced'; readonly list: ListId; readonly failures: readonly Failure[] }
  /** Mail at the bounce address that says nothing of a copy; `shown`: somebody was told. */
  | { readonly kind: 'unrecognized'; readonly list: ListId; readonly shown: boolean }
  /**
   * What is due to those who bounce was done. `round` is the one that it was read in: when
   * another was faster nothing may be done twice, and the step is repeated.
   */
  | {
      readonly kind: 'cared';
      readonly list: ListId;
      readonly round: number;
      readonly probed: readonly number[];
      readonly warned: readonly number[];
      readonly removed: readonly number[];
      /** The owners were told of all that was to be told. */
      readonly told: {
        readonly disabled: readonly number[];
        readonly storms: readonly number[];
        readonly complaints: readonly number[];
        /** Of the failures that are ours to mend. */
        readonly ours: boolean;
      };
    };
