/** What people are shown of bounces. */
import type { Cause } from './diagnosis.ts';
import type { Effect, FailureWay, Proof } from './failure.ts';
import type { DeliveryStatus } from './list.ts';

/** A member whose copies failed. */
export type Bouncer = {
  readonly list: string;
  readonly member: number;
  readonly address: string;
  readonly status: DeliveryStatus;
  readonly score: number;
  /** When a failure was counted last. */
  readonly countedAt: number | null;
  readonly disabledAt: number | null;
  readonly warnings: number;
  readonly warnedAt: number | null;
  readonly probedAt: number | null;
};

/** One failure, with its evidence and what came of it. */
export type BounceEvent = {
  readonly seq: number;
  readonly list: string;
  readonly at: number;
  readonly member: number | null;
  readonly address: string;
  readonly via: FailureWay;
  readonly proof: Proof;
  /** Root id of the mailing; null where it is not known. */
  readonly mailing: string | null;
  /** The subject of the posting, where there was one. */
  readonly subject: string | null;
  readonly cause: Cause;
  readonly status: string;
  readonly diagnostic: string;
  readonly detector: string;
  /** The step that brought it; its id is the entry's. */
  readonly entry: string;
  readonly effect: Effect;
  readonly weight: number;
  readonly storm: number | null;
};

/** Failures of one kind. */
export type CauseCount = {
  readonly list: string;
  readonly cause: Cause;
  readonly effect: Effect;
  readonly failures: number;
  readonly lastAt: number;
};

/** Failures at one receiving domain. */
export type DomainCount = {
  readonly domain: string;
  readonly cause: Cause;
  readonly status: string;
  readonly failures: number;
  readonly addresses: number;
  readonly lastAt: number;
  readonly sample: string;
};
