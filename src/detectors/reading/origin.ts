/** Who wrote this: a mail system, an answering machine, a person? */
import type { Report } from '../../mail/report.ts';
import { first } from '../../mail/report-parts.ts';
import { addressesIn } from './addresses.ts';
import { either } from './forms.ts';

const daemonLocal = either(
  /^"?(?:mailer|mail)[-_. ]?daemon"?@/,
  /^"?post_?master"?@/,
  /^"?(?:mdaemon|daemon|mmdf|mailadm(?:in)?|imss|interscan|e\d{3}_smtp_mail_service)"?@/,
  /^"?mail[-_.]delivery[-_.\w]{0,20}"?@/,
  /^"?system[-_. ]?administrator"?@/,
);

const daemonName = either(
  /mail(?:er)?[- _]?(?:daemon|deliver|system|service)/,
  /delivery (?:sub)?system|delivery (?:service|notification|failure)/,
  /postmaster|(?:system|mail|ndr) administrator|interscan|webshield|mmsc/,
  /microsoft (?:exchange|outlook)/,
);

/** Sent by a mail system, as far as its From says. */
export function isFromDaemon(report: Report): boolean {
  const { from } = report;
  const address = addressesIn(from)[0] ?? '';
  if (daemonLocal.test(address) || daemonName.test(from)) return true;
  return /^\W{0,2}(?:mailer-daemon|postmaster)\b/i.test(from) || from === '<>';
}

/** Sent with the null return path, as every report should be, or what is left of it. */
export function hasNullPath(report: Report): boolean {
  const { returnPath } = report;
  if (returnPath === undefined) return autoSubmitted(report).startsWith('auto-');
  return returnPath === null || returnPath.startsWith('mailer-daemon');
}

const bounceSubject = either(
  /undeliver|un-?delivered|non-?deliver|not (?:be )?delivered|mail failure|user unknown/,
  /returned? (?:mail|message|e-?mail|to sender)|returning (?:message )?to sender/,
  /delivery (?:status|failure|failed|has failed|error|problem|notification|report|delay)/,
  /(?:mail|message|e-?mail)[^a-z]{1,3}(?:delivery|could not|was not|not|can ?not|has not)/,
  /(?:mail|message|e-?mail)[^a-z]{1,3}(?:system error|failure|rejected|undeliver|delayed)/,
  /(?:mail|message|e-?mail)[^a-z]{1,3}(?:status|error)|(?:delivery|mail|message) fail/,
  /failure (?:notice|notification|delivery)|failed (?:mail|delivery|message)/,
  /error (?:sending|delivering|during delivery)|could not be sent/,
  /^warning: (?:message|could not|mail|unable|your)|permanent (?:delivery )?(?:error|failure)/,
  /unzustellbar|nicht zugestellt|non remis|non r[eé]miss|mancata consegna|niedostarcz/,
  /n[aã]o (?:entregue|entregado)|no (?:se ha )?entrega|не доставлено|недоставлен/,
  /^\[bounce\]/,
  /配信|送信|エラー|退信|退回/,
);

/** The subject is that of a report. */
export function hasBounceSubject(report: Report): boolean {
  return bounceSubject.test(report.subject) && !isTalk(report);
}

/** People write about reports, too: `Re: Mail delivery failed`. */
function isTalk(report: Report): boolean {
  return /^\W{0,3}(?:re|fwd?|fw|aw|wg|tr|sv|vs|rv|antw)(?:\[\d{1,3}\])?\s?:/i.test(report.subject);
}

/** How many of three marks of a report are there: 0 to 3. */
export function marks(report: Report): number {
  const known = counted.get(report);
  if (known !== undefined) return known;
  const has = [isFromDaemon, hasNullPath, hasBounceSubject].filter((mark) => mark(report)).length;
  counted.set(report, has);
  return has;
}

/** Every detector asks. */
const counted = new WeakMap<Report, number>();

/** What the message calls itself in Auto-Submitted. */
export function autoSubmitted(report: Report): string {
  return first(report.headers, 'auto-submitted').toLowerCase();
}

/** Nothing declared the parts that were found, nor was it sent like a report: somebody's paste. */
export function isPasted(report: Report): boolean {
  return !/^(?:multipart|message)\//.test(report.type) && marks(report) < 1;
}
