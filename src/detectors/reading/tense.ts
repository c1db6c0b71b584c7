/** Is it over, or does the reporter still try? */
import type { Report } from '../../mail/report.ts';
import { either } from './forms.ts';

const trying = either(
  /not yet (?:been )?deliver|(?:has|have) been delayed|delay notice|delivery delayed/,
  /still (?:being (?:re)?tried|awaiting|trying)|continue (?:to try|trying|attempting)/,
  /will (?:be (?:retried|re-?sent|attempted)|continue|keep (?:on )?trying|retry|try)/,
  /attempts? (?:to deliver [^.]{0,40})?will (?:continue|be (?:made|repeated))/,
  /(?:this is |just )a warning|warning (?:only|message)|no (?:action is required|need to re-?send)/,
  /do(?:es)? not need to (?:re-?send|take any action)/,
);

const over = either(
  /giv(?:en|ing) up|permanent(?:ly)? (?:fatal )?(?:error|fail)|undeliverable/,
  /no (?:further|more) (?:delivery )?(?:attempts|tries)|not going to try/,
  /(?:was|has been|is being) (?:removed from|returned)|will not (?:be (?:retried|tried)|continue)/,
);

/** A notice of delay: it says that it goes on, and not that it is over. */
export function isDelay(report: Report): boolean {
  const { flat } = report.notice;
  if (!trying.test(flat)) return /\b(?:delayed|delay)\b/i.test(report.subject) && !over.test(flat);
  return !over.test(flat) || /\(delay\)|delayed|warning/i.test(report.subject);
}

const success = either(
  /(?:was|were|has been|have been) (?:successfully )?(?:delivered|relayed|displayed|read)\b/,
  /successful(?:ly)? (?:mail )?(?:deliver|relay)|return receipt/,
);
const trouble = /\bnot\b|n't|fail|error|unable|undeliver|reject|refus/i;

/** Says that all is well, and nothing else. */
export function isSuccess(report: Report): boolean {
  const { flat } = report.notice;
  return success.test(`${report.subject} ${flat.slice(0, 1000)}`) && !trouble.test(flat);
}
