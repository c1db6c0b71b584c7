/** Answering machines: absence notes, acknowledgements. Never what calls itself a failure. */
import type { Report } from '../mail/report.ts';
import { first } from '../mail/report-parts.ts';
import type { Detector } from '../model/diagnosis.ts';
import { either } from './reading/forms.ts';
import { autoSubmitted, hasBounceSubject, isFromDaemon } from './reading/origin.ts';

const subject = either(
  /out of (?:the )?office|out-of-office|vacation|on (?:holiday|leave)\b|\baway\b|absen(?:t|ce)\b/,
  /\bauto(?:mat\w{2,10})?[\s:-]{0,3}(?:re(?:ply|sponse|sponder|puesta|spons)|generated reply)/,
  /\bauto(?:mat\w{2,10})?[\s:-]{0,3}(?:antwort|odpowied|answer|svar)|^auto(?:[ -]?reply)?:/,
  /autoreply|auto-?respon|abwesen|urlaub|r[eé]ponse automatique|risposta automatica/,
  /resp(?:ue|o)sta autom|fuera de (?:la )?oficina|atvalin|ferie\b|автоответ/,
  /自動返信|不在|自动回复|自動回覆/,
);

export const autoReply: Detector = {
  name: 'auto-reply',
  read(report) {
    if (report.status.length > 0 || isFromDaemon(report)) return undefined;
    const told = subject.test(report.subject) || (isMarked(report) && !hasBounceSubject(report));
    return told ? { nature: 'auto-reply', findings: [] } : undefined;
  },
};

const fields = ['x-autoreply', 'x-autorespond', 'x-autoresponder', 'x-auto-reply-from'];

function isMarked(report: Report): boolean {
  return (
    fields.some((name) => report.headers.has(name)) ||
    first(report.headers, 'precedence').toLowerCase() === 'auto_reply' ||
    autoSubmitted(report).startsWith('auto-replied')
  );
}
