import { reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';

/** The stop cord: while it is pulled, a person looks at everything that is not plain rubbish. */
export const emergency: Rule = {
  name: 'emergency',
  check({ list }) {
    return list.settings.emergency ? { why: reason('emergency', {}) } : undefined;
  },
};
