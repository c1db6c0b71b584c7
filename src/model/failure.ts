/** One copy that did not arrive, or that somebody complained of: evidence about an address. */
import type { Cause } from './diagnosis.ts';

/** How we heard of it. `probe`: the test message that was to decide came back itself. */
export const failureWays = ['report', 'refused', 'probe', 'complaint'] as const;
export type FailureWay = (typeof failureWays)[number];

/**
 * What ties it to a copy of ours. `recipient`: a return path that we signed for this very
 * recipient; `mailing`: one that we signed for the mailing; `smtp`: the MTA told us while we
 * spoke to it; `message`: it holds the Message-ID of one of the list's postings; `none`: nothing.
 */
export const proofs = ['recipient', 'mailing', 'smtp', 'message', 'none'] as const;
export type Proof = (typeof proofs)[number];

export type Failure = {
  readonly via: FailureWay;
  readonly proof: Proof;
  /** A member's number, where we know it for sure. */
  readonly member?: number | undefined;
  /** Address keys by which the member may be known, the likeliest first; at least one. */
  readonly addresses: readonly string[];
  /** Root id of the mailing; undefined where the report does not prove one. */
  readonly mailing?: string | undefined;
  /** Message-ID of what was returned; it may say which posting it was. */
  readonly messageId?: string | undefined;
  /** Names the report where there is no mailing, so that the same one counts once. */
  readonly report: string;
  readonly cause: Cause;
  /** Enhanced status, or what stands for it. */
  readonly status: string;
  readonly diagnostic: string;
  readonly detector: string;
  /** Members of the list, and those of them at this address's domain, as far as counted. */
  readonly audience: number;
  readonly peers: number;
};

/**
 * What came of it.
 *
 * counted    it added to the score
 * disabled   it did, and the member's delivery was stopped
 * probed     it did, and a test message decides
 * same-day   one a day is enough
 * ours       the cause is ours to mend: nobody's score
 * unproven   the list wants proof by a return path of ours, and there is none
 * residual   delivery was stopped already
 * held       many failed alike: a person decides (storm guard)
 * released   held, and counted later
 * dropped    held, and a person said that it means nothing
 * stranger   no member of the list
 * off        the list does not process bounces
 * noted      a complaint, and the owner is told
 * stopped    a complaint, and delivery was stopped
 * removed    a complaint, and the member was removed
 */
export const effects = [
  'counted',
  'disabled',
  'probed',
  'same-day',
  'ours',
  'unproven',
  'residual',
  'held',
  'released',
  'dropped',
  'stranger',
  'off',
  'noted',
  'stopped',
  'removed',
] as const;
export type Effect = (typeof effects)[number];
