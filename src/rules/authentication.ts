import { authResults } from '../mail/auth-results.ts';
import { reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';

/**
 * Whether the domain in From was shown to be real, as hosts that the site trusts found it out.
 * DMARC is what counts (RFC 7489): it alone speaks of From. No word of a trusted host is no proof.
 */
export const authentication: Rule = {
  name: 'authentication',
  check({ headers, list, trustedHosts }) {
    const wanted = list.settings.authentication;
    if (wanted === 'ignore') return undefined;
    const results = authResults(headers, trustedHosts).filter(({ method }) => method === 'dmarc');
    const passed = results.some(({ result }) => result === 'pass');
    const failed = results.some(({ result }) => result === 'fail');
    if (failed) return { why: reason('author-forged', {}) };
    if (passed || wanted === 'not-failed') return undefined;
    return { why: reason('author-unproven', {}) };
  },
};
