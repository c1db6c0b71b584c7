import { parseContentType } from '../mail/words.ts';
import { type Phrase, reason } from '../model/phrases.ts';
import type { Posting, Rule } from '../model/posting.ts';

/**
 * Answering machines and mailer daemons do not post.
 *
 * Without this, one member's vacation notice to the list goes to all, and theirs to him. It is
 * narrower than what forbids an answer: Precedence, List-* and Auto-Submitted: auto-generated
 * are on mail from other lists and on reports that a list may exist for. For a program that must
 * post with a null return path, give its address the action `accept`.
 */
export const automatic: Rule = {
  name: 'automatic',
  check(posting) {
    const why = whyOf(posting);
    if (why === undefined) return undefined;
    const trusted = posting.memberships.some(({ action }) => action === 'accept');
    return trusted ? undefined : { why };
  },
};

function whyOf({ headers, sender }: Posting): Phrase | undefined {
  if (sender === null) return reason('automatic', {});
  if (headers.all('auto-submitted').some((value) => /^auto-(?:replied|notified)\b/i.test(value))) {
    return reason('automatic-answer', {});
  }
  const { type, subtype } = parseContentType(headers.raw('content-type')[0]);
  const isReport = type === 'multipart' && subtype === 'report';
  return isReport ? reason('automatic-report', {}) : undefined;
}
