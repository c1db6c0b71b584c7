import { reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';

/**
 * Who is banned is not heard, member or not. Every address by which the message names its sender
 * counts, whatever `senderFields` says: a ban must not be got round by another field.
 */
export const banned: Rule = {
  name: 'banned',
  check({ bans }) {
    const ban = bans[0];
    if (ban === undefined) return undefined;
    const name = ban.list === undefined ? 'banned-everywhere' : 'banned-here';
    return { why: reason(name, { entry: ban.entry }) };
  },
};
