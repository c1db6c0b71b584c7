import { reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';

/** Who joins only to advertise does so in the first posting. Owners and moderators are known. */
export const firstPosts: Rule = {
  name: 'first-posts',
  needs: ({ settings }) => (settings.firstPosts === 0 ? [] : ['counts']),
  check({ list, past, memberships }) {
    const wanted = list.settings.firstPosts;
    if (wanted === 0 || past.accepted >= wanted) return undefined;
    const isTrusted = memberships.some(
      ({ role, action }) => role === 'owner' || role === 'moderator' || action === 'accept',
    );
    if (isTrusted) return undefined;
    return { why: reason('first-posts', { number: past.accepted + 1, limit: wanted }) };
  },
};
