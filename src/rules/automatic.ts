import { parseContentType } from '../mail/words.ts';
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
    const text = reason(posting);
    if (text === undefined) return undefined;
    const trusted = posting.memberships.some(({ action }) => action === 'accept');
    return trusted ? undefined : { text };
  },
};

function reason({ headers, sender }: Posting): string | undefined {
  if (sender === null) return 'The return path is empty, as with bounces and automatic answers.';
  if (headers.all('auto-submitted').some((value) => /^auto-(?:replied|notified)\b/i.test(value))) {
    return 'It is an automatic answer: Auto-Submitted says so.';
  }
  const { type, subtype } = parseContentType(headers.raw('content-type')[0]);
  const isReport = type === 'multipart' && subtype === 'report';
  return isReport ? 'It is a delivery report or a receipt.' : undefined;
}
