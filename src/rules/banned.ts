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
    const where = ban.list === undefined ? 'on all lists' : 'on this list';
    return { text: `The sender is banned ${where}: ${ban.entry}` };
  },
};
