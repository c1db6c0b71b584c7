import { reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';
import { endOfHours, readHours } from '../model/quiet.ts';

/** At night the list sleeps; what comes then is asked about again in the morning. */
export const quietHours: Rule = {
  name: 'quiet-hours',
  check({ list, now }) {
    const { quietHours: text, timeZone } = list.settings;
    const hours = text === '' ? undefined : readHours(text);
    const until = hours && endOfHours(hours, timeZone, now);
    if (until === undefined) return undefined;
    return { why: reason('quiet-hours', { hours: text, zone: timeZone }), until };
  },
};
