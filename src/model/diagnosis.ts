/** What a piece of mail at the bounce address says: which addresses failed, how, and why. */
import type { Report } from '../mail/report.ts';

/**
 * `permanent`: the reporter gave up, whatever the status class; `temporary`: it is still trying;
 * `none`: nobody may be charged (no report at all, a success, a receipt, an answering machine).
 */
export type DiagnosisKind = 'permanent' | 'temporary' | 'none';

/** Whose trouble it is. Only `dead` says that the address itself is gone. */
export const causes = [
  'dead',
  'full',
  'policy',
  'spam',
  'dmarc',
  'size',
  'suspended',
  'expired',
  'routing',
  'unknown',
] as const;
export type Cause = (typeof causes)[number];

/** RFC 3464's words; whatever a reporter prints is read as one of them. */
export type Action = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';

/** One address of a report. */
export type Finding = {
  /** Lower case; the address that was mailed where the report names it. */
  readonly address: string;
  /** Other names of the same recipient in the report: forwarded to, expanded from. */
  readonly also: readonly string[];
  readonly action: Action;
  /** Enhanced status, `5.1.1`; as reported, else as the text says. */
  readonly status: string;
  readonly cause: Cause;
  /** What the reporter or the remote server said, one line. */
  readonly diagnostic: string;
};

/** Mail at the bounce address that is no bounce. */
export type Nature =
  | 'bounce'
  | 'delivered'
  | 'complaint'
  | 'receipt'
  | 'auto-reply'
  | 'challenge'
  | 'ordinary';

/** A feedback report (RFC 5965): who complained, as far as the report says. */
export type Complaint = {
  /** `abuse`, `fraud`, `not-spam`, `opt-out`, ... */
  readonly type: string;
  /** Original-Rcpt-To, or the recipient of the returned message. Often blacked out. */
  readonly recipients: readonly string[];
  readonly sender: string;
  readonly sourceIp: string;
  readonly reporter: string;
  /** Message-ID of the message complained of. */
  readonly messageId: string;
};

export type Diagnosis = {
  readonly nature: Nature;
  readonly kind: DiagnosisKind;
  /** Given up where kind is permanent, delayed where temporary, else empty. */
  readonly recipients: readonly Finding[];
  /** Of the first recipient; '' where kind is none. */
  readonly status: string;
  readonly cause: Cause | '';
  /** Who recognised it; '' when nobody did. */
  readonly detector: string;
  readonly complaint?: Complaint;
};

/** What one detector read, before the engine sorts and judges it. */
export type Reading = {
  readonly nature: Nature;
  readonly findings: readonly Finding[];
  readonly complaint?: Complaint;
};

/** Reads one dialect. `undefined`: not my dialect, or nothing in it that can be used. */
export type Detector = {
  readonly name: string;
  read(report: Report): Reading | undefined;
};
