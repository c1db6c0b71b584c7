/** Answering machines: absence notes, acknowledgements, challenges. They charge nobody. */

import type { Report } from '../mail/report.ts';
import { first } from '../mail/report-parts.ts';
import type { Detector } from '../model/diagnosis.ts';
import { autoSubmitted, hasBounceSubject, isFromDaemon } from './origin.ts';

const challengeWords =
  /(?:click|follow|visit|reply)[^.]{0,80}\b(?:link|url|message|instructions)[^.]{0,80}\b(?:deliver|verif|confirm|add(?:ed)?|allowed|guest list)|not pre-approved|(?:verify|confirm) (?:that )?(?:you|your (?:address|message|e-?mail|identity))|account is protected by|challenge.?response|awaiting (?:your )?(?:confirmation|verification)|spam ?arrest|guest list|waitlisted/i;

/** Challenge and response: "prove that you are a person". Boxbe calls it a delivery failure. */
export const challenge: Detector = {
  name: 'challenge',
  read(report) {
    const said = report.status.map((group) => first(group, 'diagnostic-code')).join(' ');
    if (/^x-boxbe|not pre-approved|x-(?:challenge|verif)/i.test(said)) return none('challenge');
    if (report.status.length > 0 || isFromDaemon(report)) return undefined;
    return challengeWords.test(report.notice.flat.slice(0, 4000)) ? none('challenge') : undefined;
  },
};

const absenceSubject =
  /out of (?:the )?office|out-of-office|\bauto(?:matic(?:ally)?|mated|matische|m[aá]tica|matique|matyczna)?[\s:-]{0,3}(?:re(?:ply|sponse|sponder|puesta|spons)|antwort|odpowied|answer|generated reply|svar)|^auto(?:[ -]?reply)?:|autoreply|auto-?respon|vacation|on (?:holiday|leave)\b|\baway\b|abwesen|r[eé]ponse automatique|risposta automatica|respuesta autom|resposta autom|absent|absence|fuera de (?:la )?oficina|atvalin|ferie\b|urlaub|автоответ|自動返信|不在|自动回复/i;

/** Absence notes and receipts of a desk. Never something that calls itself a failure. */
export const autoReply: Detector = {
  name: 'auto-reply',
  read(report) {
    if (report.status.length > 0 || isFromDaemon(report)) return undefined;
    if (absenceSubject.test(report.subject)) return none('auto-reply');
    if (hasBounceSubject(report)) return undefined;
    return isMarked(report) ? none('auto-reply') : undefined;
  },
};

function isMarked({ headers, ...report }: Report): boolean {
  const precedence = first(headers, 'precedence').toLowerCase();
  return (
    headers.has('x-autoreply') ||
    headers.has('x-autorespond') ||
    headers.has('x-autoresponder') ||
    headers.has('x-auto-reply-from') ||
    precedence === 'auto_reply' ||
    /^auto-replied/.test(autoSubmitted({ headers, ...report }))
  );
}

function none(nature: 'challenge' | 'auto-reply'): ReturnType<Detector['read']> {
  return { nature, findings: [] };
}
