/**
 * Maintenance: a task looks at the house and says what is to be done; the engine does it.
 *
 * A plan changes nothing, so `--dry-run` is the plan alone. Every chore is safe twice, beside
 * running mail, and when what it is about has gone meanwhile.
 */
import type { Config } from '../ground/config-schema.ts';
import type { Address } from '../mail/address.ts';
import type { StreamRecord } from './digest.ts';
import type { HeldDecision } from './held.ts';
import type { EntryId, ListId } from './ids.ts';
import type { ParkingName, QueueName } from './queues.ts';

/** Something in a queue's tmp: a draft, or the rest of a removal. */
export type Leftover = {
  readonly queue: QueueName;
  readonly name: string;
  /** Last touched, ms. */
  readonly changed: number;
  readonly isRemoval: boolean;
};

/** A parked entry, and since when it is parked, ms. */
export type ParkedEntry = {
  readonly where: ParkingName;
  readonly queue: QueueName;
  readonly id: string;
  readonly since: number;
};

/** A worker's folder of claims. */
export type ClaimFolder = {
  readonly queue: QueueName;
  readonly worker: string;
  readonly claims: number;
  readonly changed: number;
  readonly running: boolean;
};

/** A list with bouncing members, and what is due there in a few words. */
export type Bouncing = { readonly list: ListId; readonly due: string };

/** A list on which postings wait for moderators. */
export type HeldState = {
  readonly list: ListId;
  /** What becomes of those whose time is over. */
  readonly action: HeldDecision;
  readonly over: readonly EntryId[];
  /** Of how many, and of how many requests, somebody is to be told. */
  readonly tell: number;
  /** Those of which nobody has heard yet, or heard so lately that he could not decide. */
  readonly unheard: readonly EntryId[];
};

/** A request that waits for a moderator: he is reminded, or its subscriber hears of its end. */
export type Undecided = {
  readonly list: ListId;
  readonly address: Address;
} & (
  | { readonly what: 'remind' }
  /** Nobody decided in time: the list does. */
  | { readonly what: 'end'; readonly action: HeldDecision }
);

/** What a task may know. What is long is walked, not collected. */
export type House = {
  readonly now: number;
  readonly config: Config;
  leftovers(): Iterable<Leftover>;
  parked(): Iterable<ParkedEntry>;
  claimFolders(): AsyncIterable<ClaimFolder>;
  /** The workers that the configuration may have: `outgoing-1`, `outgoing-2` ... */
  readonly workers: ReadonlySet<string>;
  /** Volumes of archives that are not packed, and when they were written last, ms. */
  volumes(): Iterable<{ readonly list: ListId; readonly name: string; readonly changed: number }>;
  /** The copies of the database, the oldest first. */
  backups(): readonly string[];
  /** Lists with bouncing members, and what is due there. */
  bouncing(): AsyncIterable<Bouncing>;
  /** Requests that wait for a moderator, of whom somebody must hear. */
  undecided(): AsyncIterable<Undecided>;
  /** Requests, pauses and counts that are over. */
  overdue(): Promise<number>;
  held(): AsyncIterable<HeldState>;
  /** Digests whose time has come. */
  dueDigests(): AsyncIterable<StreamRecord>;
  /** Postings and issues of digests that nobody needs any more. */
  idleDigests(before: number): Promise<number>;
  /** Held postings about which was decided, and that are still where they were. */
  stuck(): AsyncIterable<EntryId>;
};

/** One thing to be done. */
export type Chore =
  | { readonly kind: 'remove-leftover'; readonly leftover: Leftover; readonly before: number }
  | { readonly kind: 'delete-parked'; readonly entry: ParkedEntry }
  | { readonly kind: 'recover-claims'; readonly folder: ClaimFolder }
  | { readonly kind: 'remove-folder'; readonly folder: ClaimFolder }
  | { readonly kind: 'forget-settled'; readonly before: number }
  | { readonly kind: 'forget-history'; readonly before: number }
  | { readonly kind: 'forget-ledger'; readonly before: number }
  | { readonly kind: 'bounce-round'; readonly list: ListId; readonly due: string }
  | { readonly kind: 'forget-bounces'; readonly before: number }
  | { readonly kind: 'free-held'; readonly entry: EntryId }
  | {
      readonly kind: 'expire-held';
      readonly list: ListId;
      readonly entry: EntryId;
      readonly decision: HeldDecision;
    }
  | { readonly kind: 'tell-held'; readonly list: ListId; readonly count: number }
  | { readonly kind: 'tell-undecided'; readonly which: Undecided }
  | { readonly kind: 'pack-volume'; readonly list: ListId; readonly name: string }
  | { readonly kind: 'forget-overdue'; readonly count: number }
  | { readonly kind: 'turn-digest'; readonly stream: StreamRecord }
  | { readonly kind: 'forget-digests'; readonly before: number; readonly count: number }
  /** When the database is not sound the task ends here: nothing may push out the good copies. */
  | { readonly kind: 'check-store' }
  | { readonly kind: 'optimise-store' }
  | { readonly kind: 'copy-store'; readonly name: string }
  | { readonly kind: 'remove-copy'; readonly name: string };

export type Task = {
  readonly name: string;
  readonly help: string;
  /** When cron should start it: the five fields of a crontab. */
  readonly schedule: string;
  plan(house: House): Iterable<Chore> | AsyncIterable<Chore>;
};
