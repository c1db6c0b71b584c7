/** Challenge and response: "prove that you are a person". Boxbe calls it a delivery failure. */
import { first } from '../mail/report-parts.ts';
import type { Detector } from '../model/diagnosis.ts';
import { either } from './reading/forms.ts';
import { hasBounceSubject, isFromDaemon } from './reading/origin.ts';

const words = either(
  /(?:click|follow|visit|reply)[^.]{0,80}\b(?:link|url|message|instructions)[^.]{0,80}\bdeliver/,
  /(?:click|follow|visit|reply)[^.]{0,80}\b(?:link|url)[^.]{0,80}\b(?:verif|confirm|add|allowed)/,
  /(?:verify|confirm) (?:that )?(?:you|your (?:address|message|e-?mail|identity))/,
  /account is protected by|challenge.?response|awaiting (?:your )?(?:confirmation|verification)/,
  /spam ?arrest|guest list|waitlisted|not pre-approved/,
);

/** A challenge comes to the point. */
const maxRead = 4000;

export const challenge: Detector = {
  name: 'challenge',
  read(report) {
    const said = report.status.map((group) => first(group, 'diagnostic-code')).join(' ');
    const boxbe = /^x-boxbe|not pre-approved|x-(?:challenge|verif)/i.test(said);
    const isReport = report.status.length > 0 || isFromDaemon(report) || hasBounceSubject(report);
    const asked = boxbe || (!isReport && words.test(report.notice.flat.slice(0, maxRead)));
    return asked ? { nature: 'challenge', findings: [] } : undefined;
  },
};
