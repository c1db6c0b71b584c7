/**
 * Amazon SES events as SNS sends them by mail: JSON, often JSON in JSON, folded at 998 characters.
 * Read by form, since what arrives is seldom whole.
 */
import type { Complaint, Detector } from '../model/diagnosis.ts';
import { plainAddress } from './reading/addresses.ts';
import { bounce, type Found } from './reading/finding.ts';

export const ses: Detector = {
  name: 'amazon-ses',
  read(report) {
    const text = report.parts[0]?.text ?? '';
    if (!/^\s{0,20}\{/.test(text) || !/notificationType|eventType/.test(text)) return undefined;
    const json = text.replace(/\n ?/g, '').replaceAll('\\"', '"').replaceAll('\\\\', '\\');
    const type = /"(?:notificationType|eventType)"\s?:\s?"([A-Za-z ]{1,30})"/.exec(json)?.[1];
    if (type === 'Bounce') return bounce(listed(json, 'bouncedRecipients', 'failed'));
    if (type === 'DeliveryDelay') return bounce(listed(json, 'delayedRecipients', 'delayed'));
    if (type === 'Delivery' || type === 'Send') return { nature: 'delivered', findings: [] };
    if (type !== 'Complaint') return undefined;
    const recipients = listed(json, 'complainedRecipients', 'failed').map((one) => one.address);
    return { nature: 'complaint', findings: [], complaint: complaint(json, recipients) };
  },
};

function listed(json: string, name: string, action: 'failed' | 'delayed'): Found[] {
  const start = json.indexOf(`"${name}"`);
  if (start < 0) return [];
  // The list ends at its bracket; a bracket in a diagnostic is followed by more of it.
  const rest = json.slice(start, start + 100_000);
  const end = /\}\s?\]/.exec(rest);
  const found: Found[] = [];
  for (const item of rest.slice(0, end ? end.index : rest.length).split(/\}\s?,\s?\{/)) {
    const address = plainAddress(value(item, 'emailAddress'));
    if (address === undefined) continue;
    const text = value(item, 'diagnosticCode').replace(/^\s?\w{1,10}\s?;\s?/, '');
    const kind = `${value(json, 'bounceType')} ${value(json, 'bounceSubType')}`;
    const mapped = subtypes[value(json, 'bounceSubType')] ?? '';
    found.push({ address, action, status: value(item, 'status'), text: text || mapped || kind });
  }
  return found;
}

/** SES's own words for what it does not quote. */
const subtypes: Readonly<Record<string, string>> = {
  NoEmail: 'address not found',
  Suppressed: 'account suspended: on the suppression list',
  OnAccountSuppressionList: 'account suspended: on the suppression list',
  MailboxFull: 'mailbox full',
  MessageTooLarge: 'message too large',
  ContentRejected: 'content rejected',
  AttachmentRejected: 'prohibited attachment',
};

function value(json: string, name: string): string {
  return new RegExp(`"${name}"\\s?:\\s?"([^"]{0,2000})"`).exec(json)?.[1] ?? '';
}

function complaint(json: string, recipients: readonly string[]): Complaint {
  return {
    type: value(json, 'complaintFeedbackType') || 'abuse',
    recipients,
    sender: plainAddress(value(json, 'source')) ?? '',
    sourceIp: value(json, 'sourceIp'),
    reporter: value(json, 'userAgent') || 'Amazon SES',
    messageId: '',
  };
}
