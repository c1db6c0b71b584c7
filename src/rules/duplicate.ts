import { reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';

/**
 * The same Message-ID again is the same message again: by an alias, a client that tries once
 * more, a mail server that lost our answer.
 */
export const duplicate: Rule = {
  name: 'duplicate',
  needs: ({ settings }) => (settings.duplicateDays === 0 ? [] : ['known-id']),
  check({ past }) {
    if (past.sameId === undefined) return undefined;
    return { why: reason('duplicate', { id: past.sameId }) };
  },
};
