import { isPassword } from '../model/password.ts';
import { reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';
import { quietUntil } from '../model/quiet.ts';

/** At night the list sleeps; what comes then is asked about again in the morning. */
export const quietHours: Rule = {
  name: 'quiet-hours',
  check({ list, headers, now }) {
    const { quietHours: hours, timeZone: zone, moderatorPassword } = list.settings;
    const until = quietUntil(list.settings, now);
    if (until === undefined) return undefined;
    // Whoever may wake everybody has done so.
    const urgent = headers.get('urgent');
    if (urgent !== undefined && isPassword(urgent, moderatorPassword)) return undefined;
    return { why: reason('quiet-hours', { hours, zone }), until };
  },
};
