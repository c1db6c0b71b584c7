/** A mailing on its way, as people see it. */
import type { ListId } from './ids.ts';

/** What a person wants of a mailing: to rest, to end here, or to go on in quiet hours, too. */
export type MailingOrder = 'pause' | 'cancel' | 'go';

/** One mailing in the books. */
export type MailingRecord = {
  readonly id: string;
  readonly list: ListId | undefined;
  /** Of a posting; what Listmill itself wrote has none in the books. */
  readonly subject: string | undefined;
  readonly messageId: string | undefined;
  readonly batches: number;
  readonly batchesDone: number;
  /** Cut so far; all of them when `cutDone`. */
  readonly recipients: number;
  readonly delivered: number;
  readonly refused: number;
  readonly failed: number;
  /** Those to whom it was not sent because it was cancelled. */
  readonly cancelled: number;
  readonly cutDone: boolean;
  readonly started: number;
  readonly finished: number | undefined;
  readonly order: MailingOrder | undefined;
  readonly orderedBy: string | undefined;
};

export type MailingState = 'running' | 'paused' | 'cancelling' | 'cancelled' | 'done';

/** How a mailing stands. */
export function mailingState({ finished, cancelled, order }: MailingRecord): MailingState {
  if (finished !== undefined) return cancelled > 0 ? 'cancelled' : 'done';
  if (order === undefined || order === 'go') return 'running';
  return order === 'pause' ? 'paused' : 'cancelling';
}

/** Recipients of whom it is known what became of them. */
export function settledOf(
  one: Pick<MailingRecord, 'delivered' | 'refused' | 'failed' | 'cancelled'>,
): number {
  return one.delivered + one.refused + one.failed + one.cancelled;
}

export type Course = {
  /** Recipients in all, as far as that is known. */
  readonly total: number;
  /** 0 to 1. */
  readonly share: number;
  /** Recipients a second. */
  readonly rate: number;
  /** When it will be through, at that rate; undefined where nothing moves. */
  readonly leftMs: number | undefined;
};

/**
 * How far a mailing is, and when it will be through. `audience` is how many the list has: until
 * the roster is cut nobody knows who of them gets it. `lately` is what was done in the last
 * `latelyMs`; without it the rate is that of the whole time.
 */
export function courseOf(
  one: MailingRecord,
  audience: number,
  now: number,
  lately?: { readonly count: number; readonly ms: number },
): Course {
  const settled = settledOf(one);
  const total = one.cutDone ? one.recipients : Math.max(one.recipients, audience);
  const share = total === 0 ? (one.cutDone ? 1 : 0) : Math.min(1, settled / total);
  const ran = Math.max(1, (one.finished ?? now) - one.started);
  const recent = one.finished === undefined && lately !== undefined && lately.count > 0;
  const rate = recent ? lately.count / (lately.ms / 1000) : settled / (ran / 1000);
  const moves = one.finished === undefined && one.order !== 'pause' && rate > 0;
  return { total, share, rate, leftMs: moves ? ((total - settled) / rate) * 1000 : undefined };
}
