import { addressKey } from '../mail/address.ts';
import type { MemberView, PostAction } from '../model/list.ts';
import { type Phrase, reason } from '../model/phrases.ts';
import type { Hit, Posting, Rule } from '../model/posting.ts';
import { isAcceptedStranger } from './nonmember-lists.ts';

/**
 * Who may post. Who counts as the author is the setting `senderFields`: by default the one in
 * From, see `authorOf`.
 *
 * In this order: what was decided for this very address; owners and moderators may post (they
 * would decide about it anyway); then what the list says of its members and of strangers.
 * `accept` means that this rule has no objection; size and the rest are still looked at.
 */
export const membersOnly: Rule = {
  name: 'members-only',
  check(posting) {
    const author = posting.senders[0];
    if (author === undefined) return undefined; // broken-from has spoken
    const keys = new Set(posting.senders.map(addressKey));
    const own = posting.memberships.filter(({ key }) => keys.has(key));
    const decided = own.filter(({ action }) => action !== 'default');
    const view = decided.find(({ role }) => role === 'member') ?? own.find(isOffice) ?? decided[0];
    if (view !== undefined) return ownHit(view, author);
    const isMember = own.some(({ role }) => role === 'member') || isAcceptedStranger(posting);
    return isMember ? memberHit(posting, author) : strangerHit(posting, author);
  },
};

function isOffice({ role }: MemberView): boolean {
  return role === 'owner' || role === 'moderator';
}

function ownHit({ action }: MemberView, author: string): Hit | undefined {
  return action === 'default' ? undefined : hit(action, reason('moderated-address', { author }));
}

function memberHit({ list }: Posting, author: string): Hit | undefined {
  const { allowPosts, memberAction } = list.settings;
  if (!allowPosts) return { why: reason('no-postings', {}), action: 'reject' };
  return hit(memberAction, reason('moderated-members', { author }));
}

function strangerHit({ list }: Posting, author: string): Hit | undefined {
  const { allowPosts, nonmemberAction } = list.settings;
  // On a list that takes no postings, "strangers may post" can only be an oversight.
  const action = !allowPosts && nonmemberAction === 'accept' ? 'reject' : nonmemberAction;
  return hit(action, reason('stranger', { author }));
}

/** A hold is a note: the moderator should see everything that speaks against the posting. */
function hit(action: PostAction, why: Phrase): Hit | undefined {
  if (action === 'accept' || action === 'default') return undefined;
  return { why, action: action === 'hold' ? 'note' : action };
}
