import { authResults } from '../mail/auth-results.ts';
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
    if (failed) return { text: 'The domain of its author says that it is forged (DMARC fail).' };
    if (passed || wanted === 'not-failed') return undefined;
    return { text: 'Nobody whom the site trusts has shown that it is from its author.' };
  },
};
