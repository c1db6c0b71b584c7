/** Everything that a runner may make true in the store. Applying one twice is applying it once. */
import type { EntryId, ListId } from './ids.ts';

/** An SMTP refusal of one recipient: part of the evidence about an address. */
export type Refusal = {
  readonly address: string;
  readonly member?: number;
  readonly code: number;
  /** Enhanced status (RFC 3463), as the server gave it. */
  readonly enhanced?: string;
  readonly text: string;
};

export type Change =
  /** A posting was accepted: it gets the list's next number. `posting` is its root id. */
  | {
      readonly kind: 'accepted';
      readonly list: ListId;
      readonly posting: EntryId;
      readonly messageId: string;
      readonly author: string;
      readonly subject: string;
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
      readonly done: boolean;
    }
  /** Recipients whom the MTA refused for good, or for as long as we try. */
  | {
      readonly kind: 'refused';
      readonly list: ListId | undefined;
      readonly mailing: EntryId;
      readonly refusals: readonly Refusal[];
    };
