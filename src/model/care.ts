/** What is due to the bouncing members of a list, and what its owners have not been told yet. */
import type { Cause } from './diagnosis.ts';
import type { Effect } from './failure.ts';

/** The failure that a person is shown. */
export type Evidence = {
  readonly at: number;
  readonly cause: Cause;
  readonly status: string;
  readonly diagnostic: string;
};

/** A posting that somebody did not get. */
export type MissedPost = {
  readonly number: number;
  readonly at: number;
  readonly subject: string;
  readonly author: string;
  readonly messageId: string;
};

export type Patient = {
  readonly number: number;
  readonly address: string;
  /** Since when delivery is stopped, ms. */
  readonly since: number;
  /** How often he was warned. */
  readonly warnings: number;
  readonly evidence: Evidence | undefined;
};

export type WarnedPatient = Patient & {
  /** The newest postings that he missed, the oldest first. */
  readonly missed: readonly MissedPost[];
  /** How many more there were. */
  readonly moreMissed: number;
};

export type Storm = {
  readonly seq: number;
  /** Root id of the mailing; begins with `~` where it is a day. */
  readonly mailing: string;
  /** Empty: the whole mailing. */
  readonly domain: string;
  readonly cause: Cause;
  readonly failures: number;
  readonly of: number;
  readonly state: 'open' | 'released' | 'dropped';
  readonly began: number;
  readonly lastAt: number;
  readonly decidedAt: number | undefined;
  readonly decidedBy: string | undefined;
  readonly samples: readonly (Evidence & { readonly address: string; readonly count: number })[];
};

export type ComplaintTold = Evidence & {
  readonly seq: number;
  readonly address: string;
  readonly effect: Effect;
};

/** Failures of one kind at one provider that are ours to mend; the newest stands for all. */
export type OursTold = Evidence & {
  readonly domain: string;
  readonly address: string;
  readonly count: number;
};

export type Care = {
  /** Of which this is read: who acts on it says so, and only one does. */
  readonly round: number;
  readonly disabled: readonly Patient[];
  readonly probes: readonly Patient[];
  readonly warnings: readonly WarnedPatient[];
  readonly removals: readonly Patient[];
  readonly storms: readonly Storm[];
  readonly complaints: readonly ComplaintTold[];
  readonly ours: readonly OursTold[];
};

/** Whether anything is due. */
export function isIdle(care: Care): boolean {
  const { disabled, probes, warnings, removals, storms, complaints, ours } = care;
  return [disabled, probes, warnings, removals, storms, complaints, ours].every(
    (some) => some.length === 0,
  );
}
