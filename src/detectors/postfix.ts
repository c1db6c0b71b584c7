/** Postfix, also where its name was painted over: `This is the X program at host Y`. */
import type { Detector } from '../model/diagnosis.ts';
import { bounce, type Found } from './reading/finding.ts';
import { marks } from './reading/origin.ts';
import { paragraphs } from './reading/paragraphs.ts';
import { isDelay } from './reading/tense.ts';

const intro = /this is the [^.]{1,60}?(?:program|system|server|mailer|gateway|mta) at host /i;

export const postfix: Detector = {
  name: 'postfix',
  read(report) {
    const isNotification = report.parts.some((part) => part.description === 'notification');
    if (marks(report) < 1 || !(isNotification || intro.test(report.notice.flat))) return undefined;
    const action = isDelay(report) ? 'delayed' : 'failed';
    return bounce(paragraphs(report).map((found): Found => ({ ...found, action })));
  },
};
