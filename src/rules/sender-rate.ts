import { reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';

/** One person, or his program, must not fill the list. */
export const senderRate: Rule = {
  name: 'sender-rate',
  needs: ({ settings }) => (settings.senderRate === 0 ? [] : ['counts']),
  check({ list, past, senders }) {
    const { senderRate: limit, rateMinutes } = list.settings;
    if (limit === 0 || past.recentByAuthor < limit) return undefined;
    const [author = ''] = senders;
    const count = past.recentByAuthor;
    return { why: reason('sender-rate', { author, count, minutes: rateMinutes, limit }) };
  },
};
