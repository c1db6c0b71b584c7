/** Settings about copies that differ from recipient to recipient. */
import * as z from 'zod/mini';
import { personalLevels } from './personal.ts';
import { count, define } from './setting.ts';

/** Part of the table in `settings.ts`. */
export const personalSettings = {
  personalize: define(
    'delivery',
    z.enum(personalLevels),
    'none',
    'How copies differ: none, all are the same; headers, each can be unsubscribed at one press (RFC 8058); full, header and footer text name the recipient as well.',
  ),
  personalBody: define(
    'delivery',
    z.boolean(),
    false,
    'With personalize = full: what stands in {{ }} in subject and text of a posting is filled in, too. For newsletters.',
  ),
  linkVersion: define(
    'delivery',
    count,
    0,
    'Part of every unsubscribe and preference link; raise it, and all that were sent before are void.',
  ),
} as const;
