import { approvedIn, approvedLine } from '../mail/approved.ts';
import { isPassword } from '../model/password.ts';
import { reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';

/**
 * A moderator who writes the list's password into the message wants it to pass. Whatever stands
 * there is removed on the way out, right or wrong.
 */
export const approved: Rule = {
  name: 'approved',
  needs: ({ settings }) => (settings.moderatorPassword === '' ? [] : ['lines']),
  check({ list, headers, lines }) {
    const kept = list.settings.moderatorPassword;
    if (kept === '') return undefined;
    // One guess a message: each costs us some time, as it must.
    const written = approvedIn(headers) ?? approvedLine(lines);
    if (written === undefined || !isPassword(written, kept)) return undefined;
    return { why: reason('approved', {}) };
  },
};
