/** Settings of holding and moderating. */
import * as z from 'zod/mini';
import { define } from './setting.ts';

const days = z.int().check(z.nonnegative(), z.maximum(365));

export const moderationSettings = {
  moderatorNotices: define(
    'moderation',
    z.enum(['at-once', 'daily', 'never']),
    'at-once',
    'When moderators are told of postings and requests that wait: of each at once, of all of them once a day, or never.',
  ),
  heldNotices: define(
    'moderation',
    z.boolean(),
    true,
    'Authors are told that their postings wait for a moderator.',
  ),
  twoModerators: define(
    'moderation',
    z.boolean(),
    false,
    'A held posting is released when two persons have accepted it; where there are not two moderators, owners are asked as well.',
  ),
  remindDays: define(
    'moderation',
    days,
    3,
    'Moderators are reminded of what waits after so many days, and again; from the second time on the owners are told, too. 0: never.',
  ),
  heldDays: define(
    'moderation',
    days,
    14,
    'What becomes of held postings is decided by heldAction after so many days. 0: when the site throws them away (clean.heldDays).',
  ),
  heldAction: define(
    'moderation',
    z.enum(['accept', 'reject', 'discard']),
    'discard',
    'What becomes of held postings about which nobody decided; of the others than accept their authors are told.',
  ),
  requestAction: define(
    'moderation',
    z.enum(['accept', 'reject', 'discard']),
    'reject',
    'What becomes of requests to join or leave about which no moderator decided in time (commands.moderateDays); of discard nobody is told.',
  ),
} as const;
