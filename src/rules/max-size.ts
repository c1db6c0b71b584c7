import { reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';

/** Large postings go to a person before they go to everyone. Zero means no limit. */
export const maxSize: Rule = {
  name: 'max-size',
  check({ size, list }) {
    const limit = list.settings.maxBytes;
    if (limit === 0 || size <= limit) return undefined;
    return { why: reason('max-size', { bytes: size, limit }) };
  },
};
