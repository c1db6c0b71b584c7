import { findMatch, readHeaderMatch } from '../model/header-match.ts';
import { isWrong } from '../model/pattern.ts';
import { reason } from '../model/phrases.ts';
import type { Hit, Posting, Rule } from '../model/posting.ts';

/**
 * What the site and then the list look for in the header of the message and of each of its parts,
 * in order; the first that is found decides. `accept` ends the search and says nothing.
 */
export const headerMatch: Rule = {
  name: 'header-match',
  needs: ({ settings }) => (settings.headerMatches.length === 0 ? [] : ['parts']),
  check(posting) {
    return firstMatch(posting, [...posting.siteMatches, ...posting.list.settings.headerMatches]);
  },
};

function firstMatch(posting: Posting, entries: readonly string[]): Hit | undefined {
  const blocks = [posting.headers, ...posting.parts.map(({ headers }) => headers)];
  for (const entry of entries) {
    const match = readHeaderMatch(entry, true);
    if (isWrong(match)) continue; // it was refused when it was entered
    const value = findMatch(match, blocks);
    if (value === undefined) continue;
    if (match.action === 'accept' || match.action === undefined) return undefined;
    const { field, pattern, action } = match;
    return {
      why: reason('header-match', { field, pattern: pattern.source, value: value.slice(0, 200) }),
      action,
    };
  }
  return undefined;
}
