import type { Handler } from '../model/draft.ts';

/**
 * Remove what the author or other lists wrote and readers would take for ours or for a request.
 *
 * - passwords of moderators, which must not reach the members, and wishes to be put off;
 * - List-* and Archived-At of other lists, above all List-Unsubscribe with List-Unsubscribe-Post:
 *   a button that unsubscribes the author from somewhere, or tells a stranger who pressed it;
 * - requests for receipts, which each member's program would answer to the author;
 * - Return-Path, Errors-To and Bcc, which belong to the hop before.
 *
 * Signatures (DKIM, ARC) stay: RFC 6376 has a verifier ignore what does not verify, and often
 * they still do. X-BeenThere of other lists stays: it is how loops over two lists are found.
 */
export const clean: Handler = {
  name: 'clean',
  apply(draft) {
    const headers = draft.headers.remove(
      /^(?:x-)?approved?$/,
      'urgent',
      /^(?:x-)?deferred-delivery$/,
      /^list-/,
      'archived-at',
      /^(?:x-)?message-id-hash$/,
      'return-receipt-to',
      'return-receipt-requested',
      /^disposition-notification-/,
      'x-confirm-reading-to',
      'x-pmrqc',
      'return-path',
      'errors-to',
      /^(?:resent-)?bcc$/,
    );
    return headers.size === draft.headers.size ? draft : { ...draft, headers };
  },
};
