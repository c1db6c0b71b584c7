/** RFC 5965 feedback reports (ARF), and those that came before: complaints, never bounces. */

import type { Report } from '../mail/report.ts';
import { first } from '../mail/report-parts.ts';
import type { Complaint, Detector } from '../model/diagnosis.ts';
import { addressesIn, addressesOf, plainAddress } from './reading/addresses.ts';

export const feedback: Detector = {
  name: 'feedback',
  read(report) {
    const { feedback: fields, headers } = report;
    const older =
      headers.has('x-hmxmroriginalrecipient') || /staff@hotmail\.com/i.test(report.from);
    const scomp = /^scomp@aol\.net$|\bfbl(?:-no-?reply)?@/i.test(addressesIn(report.from)[0] ?? '');
    if (!fields && report.reportType !== 'feedback-report' && !older && !scomp) return undefined;
    return { nature: 'complaint', findings: [], complaint: complaintOf(report) };
  },
};

function complaintOf(report: Report): Complaint {
  const fields = report.feedback ?? new Map<string, readonly string[]>();
  const { original } = report;
  const told = [
    ...(fields.get('original-rcpt-to') ?? []),
    ...(fields.get('removal-recipient') ?? []),
    ...(report.headers.get('x-hmxmroriginalrecipient') ?? []),
  ]
    .map((value) => plainAddress(value.replace(/^rfc822;/i, '')) ?? addressesIn(value)[0])
    .filter((address) => address !== undefined);
  return {
    type: first(fields, 'feedback-type').toLowerCase() || 'abuse',
    recipients: told.length > 0 ? [...new Set(told)] : addressesOf(original.get('to')),
    sender: addressesIn(first(fields, 'original-mail-from'))[0] ?? '',
    sourceIp: /[0-9a-f.:]{3,45}/i.exec(first(fields, 'source-ip'))?.[0] ?? '',
    reporter: first(fields, 'user-agent') || report.from,
    messageId: /<[^<>\s]{1,500}>/.exec(first(original, 'message-id'))?.[0] ?? '',
  };
}
