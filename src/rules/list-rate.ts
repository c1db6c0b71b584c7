import { reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';

/** A flood, of whatever origin, stops before a person. */
export const listRate: Rule = {
  name: 'list-rate',
  needs: ({ settings }) => (settings.listRate === 0 ? [] : ['counts']),
  check({ list, past }) {
    const { listRate: limit, rateMinutes } = list.settings;
    if (limit === 0 || past.recent < limit) return undefined;
    return { why: reason('list-rate', { count: past.recent, minutes: rateMinutes, limit }) };
  },
};
