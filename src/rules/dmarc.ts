import { dmarcMeasure, needsDmarc } from '../model/dmarc.ts';
import type { Rule } from '../model/posting.ts';

/**
 * Mail of domains whose policy forbids what lists do, on lists that do not want such mail. Where
 * From is rewritten or the message wrapped instead, a handler does it.
 */
export const dmarc: Rule = {
  name: 'dmarc',
  needs: (list) => (isRefusal(list.settings.dmarcAction) && needsDmarc(list) ? ['dmarc'] : []),
  check({ list, senders, from, dmarc: finding, memberOf }) {
    const { dmarcAction } = list.settings;
    const author = from[0] ?? senders[0];
    if (!isRefusal(dmarcAction) || author === undefined) return undefined;
    const why = dmarcMeasure(list, author, finding, (name) => memberOf.has(name));
    return why === undefined ? undefined : { why, action: dmarcAction };
  },
};

function isRefusal(action: string): action is 'reject' | 'discard' {
  return action === 'reject' || action === 'discard';
}
