import { mailboxesIn } from '../mail/address.ts';
import { reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';

/** Mail to everybody one knows is seldom meant for a list. */
export const maxRecipients: Rule = {
  name: 'max-recipients',
  check({ headers, list }) {
    const limit = list.settings.maxRecipients;
    if (limit === 0) return undefined;
    const count = mailboxesIn(headers, 'to').length + mailboxesIn(headers, 'cc').length;
    if (count < limit) return undefined;
    return { why: reason('max-recipients', { count, limit }) };
  },
};
