/** Whether a list must do something because of the policy of an author's domain. */
import { type Address, domainOf } from '../mail/address.ts';
import type { ListView } from './list.ts';
import { entryMeaning } from './pattern.ts';
import { type Phrase, reason } from './phrases.ts';
import type { DmarcFinding, DmarcPolicy } from './posting.ts';

const strength: Readonly<Record<DmarcPolicy, number>> = { none: 1, quarantine: 2, reject: 3 };

/** Whether DNS must be asked for this list: its answer may matter. */
export function needsDmarc({ settings }: ListView): boolean {
  return settings.dmarcAction !== 'nothing' && settings.dmarcPolicies !== 'always';
}

/**
 * Why the list's `dmarcAction` is to be taken for an author, as a sentence; undefined: it is not.
 *
 * Exempt counts more than forced. What could not be found out counts as forbidden: the other
 * mistake would have members' servers refuse the posting, and bounces unsubscribe them.
 */
export function dmarcMeasure(
  { settings }: ListView,
  author: Address,
  finding: DmarcFinding | undefined,
  isMember: (list: string) => boolean,
): Phrase | undefined {
  if (settings.dmarcAction === 'nothing') return undefined;
  if (entryMeaning(settings.dmarcExempt, author, isMember) !== undefined) return undefined;
  const forced = entryMeaning(settings.dmarcForce, author, isMember);
  if (forced !== undefined) return reason('dmarc-forced', { author, entry: forced });
  if (settings.dmarcPolicies === 'always') return reason('dmarc-always', {});
  if (finding === undefined || finding.kind === 'none') return undefined;
  if (finding.kind === 'trouble') {
    return reason('dmarc-unknown', { domain: domainOf(author), why: finding.why });
  }
  const { policy, domain } = finding;
  return strength[policy] >= strength[settings.dmarcPolicies]
    ? reason('dmarc-policy', { domain, policy })
    : undefined;
}
