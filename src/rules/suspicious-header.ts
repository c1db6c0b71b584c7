import { findMatch, readHeaderMatch } from '../model/header-match.ts';
import { isWrong } from '../model/pattern.ts';
import { reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';

/** A field that by itself decides nothing, but that a moderator should know of. */
export const suspiciousHeader: Rule = {
  name: 'suspicious-header',
  check({ headers, list }) {
    for (const entry of list.settings.suspiciousHeaders) {
      const match = readHeaderMatch(entry, false);
      if (isWrong(match)) continue; // it was refused when it was entered
      const value = findMatch(match, [headers]);
      if (value !== undefined)
        return {
          why: reason('header-suspicious', { field: match.field, value: value.slice(0, 200) }),
        };
    }
    return undefined;
  },
};
