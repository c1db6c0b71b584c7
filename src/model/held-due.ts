/** What time makes of held postings: who is to be told of which, and which are decided by it. */
import type { HeldPosting } from './held.ts';
import type { UndecidedRequest } from './request.ts';
import type { Settings } from './settings.ts';

const dayMs = 86_400_000;
/** Maintenance that runs daily may be a little early: a reminder must not wait for the next day. */
const slackMs = 3_600_000;

export type HeldSettings = Pick<
  Settings,
  'moderatorNotices' | 'remindDays' | 'heldDays' | 'heldAction'
>;

export type HeldDue = {
  /** Nobody was told of them yet. */
  readonly fresh: readonly HeldPosting[];
  /** Somebody was, and did not decide. */
  readonly late: readonly HeldPosting[];
  /** Their time is over. */
  readonly over: readonly HeldPosting[];
};

/** What is due of the postings that wait on a list. */
export function heldDue(
  waiting: readonly HeldPosting[],
  { moderatorNotices, remindDays, heldDays }: HeldSettings,
  now: number,
): HeldDue {
  const fresh: HeldPosting[] = [];
  const late: HeldPosting[] = [];
  const over: HeldPosting[] = [];
  for (const one of waiting) {
    if (one.decided) continue;
    const patience = Math.max(one.since + heldDays * dayMs, one.quietUntil);
    const reminder = Math.max((one.toldAt || one.since) + remindDays * dayMs, one.quietUntil);
    if (heldDays > 0 && now >= patience) over.push(one);
    else if (moderatorNotices === 'never') continue;
    else if (one.toldAt === 0 && moderatorNotices === 'daily') fresh.push(one);
    else if (remindDays > 0 && now >= reminder - slackMs) late.push(one);
  }
  return { fresh, late, over };
}

/** Whether moderators are to be told of a request that waits: of a new one, or again. */
export function requestDue(
  { toldAt }: Pick<UndecidedRequest, 'toldAt'>,
  { moderatorNotices, remindDays }: Pick<HeldSettings, 'moderatorNotices' | 'remindDays'>,
  now: number,
): 'fresh' | 'late' | undefined {
  if (moderatorNotices === 'never') return undefined;
  if (toldAt === 0) return 'fresh';
  const slack = moderatorNotices === 'daily' ? slackMs : 0;
  return remindDays > 0 && now >= toldAt + remindDays * dayMs - slack ? 'late' : undefined;
}

/** Whoever was told of a posting for the first time has so long before the site throws it away. */
const firstHeardMs = 7 * dayMs;

/** Whether throwing a posting away would be the first that anybody hears of it. */
export function isUnheard(
  { decided, toldAt, reminders }: HeldPosting,
  { moderatorNotices }: Pick<Settings, 'moderatorNotices'>,
  now: number,
): boolean {
  if (decided || moderatorNotices === 'never') return false;
  return toldAt === 0 || (reminders === 0 && now - toldAt < firstHeardMs);
}

/** Owners are asked as well when moderators were reminded before. */
export function isWidened({ reminders }: HeldPosting): boolean {
  return reminders >= 1;
}
