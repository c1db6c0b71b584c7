/**
 * RFC 8098 disposition notifications: receipts, which charge nobody. But Sieve's `reject` and
 * Dovecot's full mailbox come in this dress: `MDN-sent-automatically; deleted`, and the text says
 * that the message was automatically rejected.
 */
import { first } from '../mail/report-parts.ts';
import type { Detector } from '../model/diagnosis.ts';
import { addressesIn, plainAddress } from './reading/addresses.ts';
import { bounce } from './reading/finding.ts';
import { autoSubmitted, isPasted } from './reading/origin.ts';

export const receipt: Detector = {
  name: 'receipt',
  read(report) {
    const fields = report.disposition;
    const isReceipt = fields !== undefined || report.reportType === 'disposition-notification';
    if (!isReceipt || isPasted(report)) return undefined;
    const { flat } = report.notice;
    const rejected = /was automatically rejected/i.exec(flat);
    if (!rejected && !/rejected/.test(autoSubmitted(report))) {
      return { nature: 'receipt', findings: [] };
    }
    const value = fields ? first(fields, 'final-recipient') : '';
    const address =
      plainAddress(value.replace(/^[\w-]{1,20}\s?;/, '')) ??
      addressesIn(flat.slice(0, 500)).find((one) => !report.from.toLowerCase().includes(one));
    if (address === undefined) return { nature: 'receipt', findings: [] };
    const text = flat.slice(rejected ? rejected.index : 0);
    return bounce([{ address, text: text.replace(/^was automatically rejected:?/i, '') }]);
  },
};
