/** Is it over, or does the reporter still try? */
import type { Report } from '../mail/report.ts';

const trying =
  /(?:has not yet been|not yet) (?:been )?deliver|(?:has|have) been delayed|still (?:being (?:re)?tried|awaiting|trying)|will (?:be (?:retried|re-?sent|attempted)|continue|keep (?:on )?trying|retry|try)|attempts? (?:to deliver [^.]{0,40})?will (?:continue|be (?:made|repeated))|continue (?:to try|trying|attempting)|(?:this is |just )a warning|warning (?:only|message)|do(?:es)? not need to (?:re-?send|take any action)|no (?:action is required|need to re-?send)|delay notice|delivery delayed/i;
const over =
  /giv(?:en|ing) up|permanent(?:ly)? (?:fatal )?(?:error|fail)|no (?:further|more) (?:delivery )?(?:attempts|tries)|(?:was|has been|is being) (?:removed from|returned)|not going to try|will not be (?:retried|tried)|undeliverable/i;

/** A notice of delay: it says that it goes on, and not that it is over. */
export function isDelay(report: Report): boolean {
  const { flat } = report.notice;
  if (!trying.test(flat)) return /\b(?:delayed|delay)\b/i.test(report.subject) && !over.test(flat);
  return !over.test(flat) || /\(delay\)|delayed|warning/i.test(report.subject);
}
