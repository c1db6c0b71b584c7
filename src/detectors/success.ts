/** A report that all is well, whose fields did not come through: subject or text says so. */
import type { Detector } from '../model/diagnosis.ts';
import { isFromDaemon, marks } from './reading/origin.ts';
import { isSuccess } from './reading/tense.ts';

const subject = /\bsuccessful(?:ly)? |\((?:success|relay|relayed|delivered)\)|^return receipt/i;

export const success: Detector = {
  name: 'success',
  read(report) {
    if (marks(report) < 1) return undefined;
    const told = subject.test(report.subject) || (isFromDaemon(report) && isSuccess(report));
    return told ? { nature: 'delivered', findings: [] } : undefined;
  },
};
