import { isPassword } from '../model/password.ts';
import { reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';

/**
 * `Urgent: PASSWORD` takes a posting to everybody at once, those who read digests included: only
 * who has the moderators' password may ask for that, and a wrong one is not passed over in
 * silence. The field is removed from whatever goes out.
 */
export const urgent: Rule = {
  name: 'urgent',
  check({ list, headers }) {
    const written = headers.get('urgent');
    if (written === undefined || isPassword(written, list.settings.moderatorPassword)) {
      return undefined;
    }
    return { why: reason('urgent', {}) };
  },
};
