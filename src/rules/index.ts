/**
 * What is asked of mail before it is passed on. The order, and what hits mean, stand in
 * model/rule-table.ts, because lists and the site may change both.
 */

import type { ListView } from '../model/list.ts';
import type { Link, Rule } from '../model/posting.ts';
import { chosenRules, type RuleChoice, type RuleName } from '../model/rule-table.ts';
import { administrivia } from './administrivia.ts';
import { approved } from './approved.ts';
import { attachments } from './attachments.ts';
import { authentication } from './authentication.ts';
import { automatic } from './automatic.ts';
import { banned } from './banned.ts';
import { brokenFrom } from './broken-from.ts';
import { contentFilter } from './content-filter.ts';
import { deferredDelivery } from './deferred-delivery.ts';
import { dmarc } from './dmarc.ts';
import { duplicate } from './duplicate.ts';
import { emergency } from './emergency.ts';
import { firstPosts } from './first-posts.ts';
import { forgedFrom } from './forged-from.ts';
import { headerMatch } from './header-match.ts';
import { implicitDestination } from './implicit-destination.ts';
import { listRate } from './list-rate.ts';
import { loop } from './loop.ts';
import { maxRecipients } from './max-recipients.ts';
import { maxSize } from './max-size.ts';
import { membersOnly } from './members-only.ts';
import { newsModeration } from './news-moderation.ts';
import { noSenders } from './no-senders.ts';
import { noSubject } from './no-subject.ts';
import { nonmemberLists } from './nonmember-lists.ts';
import { quietHours } from './quiet-hours.ts';
import { quotedDigest } from './quoted-digest.ts';
import { senderRate } from './sender-rate.ts';
import { spamVerdict } from './spam-verdict.ts';
import { suspiciousHeader } from './suspicious-header.ts';
import { urgent } from './urgent.ts';

export const rules: Readonly<Record<RuleName, Rule>> = {
  loop,
  'no-senders': noSenders,
  banned,
  urgent,
  'deferred-delivery': deferredDelivery,
  approved,
  duplicate,
  'header-match': headerMatch,
  emergency,
  dmarc,
  'broken-from': brokenFrom,
  'nonmember-lists': nonmemberLists,
  'members-only': membersOnly,
  'content-filter': contentFilter,
  'forged-from': forgedFrom,
  'spam-verdict': spamVerdict,
  authentication,
  'sender-rate': senderRate,
  'list-rate': listRate,
  'first-posts': firstPosts,
  automatic,
  administrivia,
  'quoted-digest': quotedDigest,
  'implicit-destination': implicitDestination,
  'max-recipients': maxRecipients,
  'max-size': maxSize,
  'news-moderation': newsModeration,
  'no-subject': noSubject,
  'suspicious-header': suspiciousHeader,
  attachments,
  'quiet-hours': quietHours,
};

/** For postings: the table as the site and then the list choose it. */
export function postingChain(
  { settings }: Pick<ListView, 'settings'>,
  site?: RuleChoice,
): readonly Link[] {
  const known = chains.get(settings);
  if (known && known.site === site) return known.links;
  const links = chosenLinks(settings, site);
  chains.set(settings, { site, links });
  return links;
}

/** Settings are made anew when they change, and each posting asks twice. */
const chains = new WeakMap<
  ListView['settings'],
  { readonly site: RuleChoice | undefined; readonly links: readonly Link[] }
>();

function chosenLinks(settings: ListView['settings'], site: RuleChoice | undefined): Link[] {
  const list = { actions: settings.ruleActions, order: settings.ruleOrder };
  return chosenRules(...(site ? [site] : []), list).flatMap(({ name, meaning }): Link[] =>
    meaning === 'off' ? [] : [[rules[name], meaning]],
  );
}

/**
 * For mail to the owners: whoever writes to them must reach them; they have to hear of trouble.
 * But an owner's answering machine, which hears itself, must come to an end; what is too much is
 * kept.
 */
export const relayChain: readonly Link[] = [
  [loop, 'discard'],
  [senderRate, 'preserve'],
  [maxSize, 'note'],
];
