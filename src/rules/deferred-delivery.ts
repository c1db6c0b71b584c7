import { deferralOf } from '../model/deferred.ts';
import { reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';

/** Who puts a posting off and writes a time that is none must not see it go out at once. */
export const deferredDelivery: Rule = {
  name: 'deferred-delivery',
  check({ list, headers, memberships, now }) {
    const deferral = deferralOf(list, headers, memberships, now);
    if (deferral?.kind !== 'wrong') return undefined;
    return { why: reason('deferred-wrong', { time: deferral.text }) };
  },
};
