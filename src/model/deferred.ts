/**
 * Postings that their authors put off: `Deferred-Delivery: DATE` (RFC 4021; Outlook writes it, too).
 * The list says who may; the field is removed from whatever goes out.
 */
import { parseDate } from '../mail/date.ts';
import type { HeaderBlock } from '../mail/types.ts';
import type { ListView, MemberView } from './list.ts';

/** The field, lower case. */
export const deferredField = 'deferred-delivery';

/** Who may put postings off: nobody, those who care for the list, or all whose postings pass. */
export const deferrers = ['nobody', 'moderators', 'authors'] as const;

/** The furthest that a posting may be put off: who writes 2206 for 2026 should hear of it. */
export const maxAheadMs = 366 * 86_400_000;

export type Deferral =
  | { readonly kind: 'until'; readonly at: number }
  | { readonly kind: 'wrong'; readonly text: string };

/** Until when a posting is put off; undefined where it is not, or its author may not. */
export function deferralOf(
  { settings }: Pick<ListView, 'settings'>,
  headers: Pick<HeaderBlock, 'get'>,
  memberships: readonly Pick<MemberView, 'role'>[],
  now: number,
): Deferral | undefined {
  const text = headers.get(deferredField);
  const { deferredDelivery: who } = settings;
  if (text === undefined || who === 'nobody') return undefined;
  const isCarer = memberships.some(({ role }) => role === 'owner' || role === 'moderator');
  if (who === 'moderators' && !isCarer) return undefined;
  const at = parseDate(text);
  if (at === undefined || at > now + maxAheadMs) return { kind: 'wrong', text };
  return at > now ? { kind: 'until', at } : undefined;
}
