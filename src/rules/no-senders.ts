import { mailboxesIn } from '../mail/address.ts';
import { reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';

/** Nobody to hold to account and nobody to answer: not even a moderator could do anything with it. */
export const noSenders: Rule = {
  name: 'no-senders',
  check({ headers, from, sender }) {
    if (from.length > 0 || (sender !== null && sender !== '')) return undefined;
    const others = ['sender', 'reply-to'].flatMap((field) => mailboxesIn(headers, field));
    if (others.some(({ address }) => address !== undefined)) return undefined;
    return { why: reason('no-senders', {}) };
  },
};
