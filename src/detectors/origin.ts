/** Who wrote this: a mail system, an answering machine, a person? */
import type { Report } from '../mail/report.ts';
import { first } from '../mail/report-parts.ts';
import { addressesIn } from './addresses.ts';

const daemonLocal =
  /^"?(?:mailer[-_. ]?daemon|mail[-_. ]?daemon|postmaster|post_master|mdaemon|daemon|mmdf|maildaemon|mail[-_.]delivery[-_.\w]{0,20}|delivery|bounces?|mailadm(?:in)?|e\d{3}_smtp_mail_service|imss|interscan|system[-_. ]?administrator|no-?reply)"?@/i;
const daemonName =
  /mail(?:er)?[- _]?(?:daemon|deliver|system|service)|delivery (?:sub)?system|delivery (?:service|notification|failure)|postmaster|system administrator|mail administrator|interscan|ndr administrator|microsoft (?:exchange|outlook)|mmsc|webshield/i;

/** Sent by a mail system, as far as its From says. */
export function isFromDaemon(report: Report): boolean {
  const { from } = report;
  const address = addressesIn(from)[0] ?? '';
  if (daemonLocal.test(address) || daemonName.test(from)) return true;
  return /^\W{0,2}(?:mailer-daemon|postmaster)\b/i.test(from) || from === '<>';
}

/** Sent with the null return path, as every report should be. */
export function hasNullPath(report: Report): boolean {
  const { returnPath } = report;
  return returnPath === null || (returnPath !== undefined && /^mailer-daemon/.test(returnPath));
}

const bounceSubject =
  /undeliver|un-?delivered|returned? (?:mail|message|e-?mail|to sender)|delivery (?:status|failure|failed|has failed|error|problem|notification|report|delay)|(?:mail|message|e-?mail)[^a-z]{1,3}(?:delivery|could not|was not|not|can ?not|has not|system error|failure|rejected|undeliver|delayed|status|error)|failure (?:notice|notification|delivery)|failed (?:mail|delivery|message)|(?:delivery|mail|message) fail|non-?deliver|not (?:be )?delivered|unzustellbar|nicht zugestellt|non remis|non r[eé]miss|n[aã]o (?:entregue|entregado)|no (?:se ha )?entrega|mancata consegna|niedostarcz|не доставлено|недоставлен|returning (?:message )?to sender|error (?:sending|delivering|during delivery)|^warning: (?:message|could not|mail|unable|your)|could not be sent|user unknown|mail failure|permanent (?:delivery )?(?:error|failure)|配信|送信|エラー|退信|退回/i;

/** The subject is that of a report. */
export function hasBounceSubject(report: Report): boolean {
  return bounceSubject.test(report.subject) && !isTalk(report);
}

/** People write about reports, too: `Re: Mail delivery failed`. */
function isTalk(report: Report): boolean {
  return /^\W{0,3}(?:re|fwd?|aw|wg|tr|sv|vs|rv|antw|fw)(?:\[\d{1,3}\])?\s?:/i.test(report.subject);
}

/** How many of three marks of a report are there: 0 to 3. */
export function marks(report: Report): number {
  return (
    Number(isFromDaemon(report)) + Number(hasNullPath(report)) + Number(hasBounceSubject(report))
  );
}

/** What the message calls itself in Auto-Submitted. */
export function autoSubmitted(report: Report): string {
  return first(report.headers, 'auto-submitted').toLowerCase();
}
