import { reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';

/**
 * A posting needs an author. Without a readable From there is nobody whose membership could be
 * looked up, nobody to answer and nobody to answer for it.
 *
 * Held, not discarded: such mail comes from spammers but also from people's scripts, and a
 * moderator can tell one from the other. Several From addresses are lawful. Several From fields
 * are not: readers show one, filters check the other.
 */
export const brokenFrom: Rule = {
  name: 'broken-from',
  check({ headers, from }) {
    const fields = headers.raw('from');
    if (fields.length > 1) return { why: reason('from-fields', { count: fields.length }) };
    if (from.length > 0) return undefined;
    const value = fields[0];
    if (value === undefined) return { why: reason('from-missing', {}) };
    if (value === '') return { why: reason('from-empty', {}) };
    return { why: reason('from-unreadable', { value: value.slice(0, 200) }) };
  },
};
