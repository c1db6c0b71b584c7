import { reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';

/** Without a subject nobody knows what it is about, and threads fall apart. */
export const noSubject: Rule = {
  name: 'no-subject',
  check({ headers, list }) {
    if (!list.settings.requireSubject) return undefined;
    const subject = headers.get('subject') ?? '';
    return subject.trim() === '' ? { why: reason('no-subject', {}) } : undefined;
  },
};
