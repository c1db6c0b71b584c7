/** Reports as mail systems send them, for one list. */
import { encodeSharedVerp, encodeVerp, envelopeId } from '../../src/mail/verp.ts';
import type { ListId } from '../../src/model/ids.ts';
import { address } from '../literals.ts';

export type ReportWish = {
  readonly to?: string;
  readonly recipient: string;
  readonly action?: string;
  readonly status?: string;
  readonly diagnostic?: string;
  readonly envid?: string;
  readonly original?: string;
  readonly id?: string;
};

let reports = 0;

/** RFC 3464, as Postfix writes it. */
export function reportOf(wish: ReportWish): string {
  reports += 1;
  const { recipient, action = 'failed', status = '5.1.1', envid, original } = wish;
  const said = wish.diagnostic ?? `550 ${status} <${recipient}>: no such user`;
  return [
    'Return-Path: <>',
    'From: Mail Delivery System <MAILER-DAEMON@mx.example.net>',
    `To: ${wish.to ?? 'cats-bounces@example.com'}`,
    'Subject: Undelivered Mail Returned to Sender',
    `Message-ID: <${wish.id ?? `${reports}.report`}@mx.example.net>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'This is the mail system at host mx.example.net.',
    `<${recipient}>: host mx.example.net said: ${said}`,
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example.net',
    ...(envid === undefined ? [] : [`Original-Envelope-Id: ${envid}`]),
    '',
    `Final-Recipient: rfc822; ${recipient}`,
    `Action: ${action}`,
    `Status: ${status}`,
    `Diagnostic-Code: smtp; ${said}`,
    '',
    '--b',
    'Content-Type: text/rfc822-headers',
    '',
    'From: Ann <ann@author.example>',
    ...(original === undefined ? [] : [`Message-ID: ${original}`]),
    'Subject: food',
    '',
    '--b--',
    '',
  ].join('\r\n');
}

/** What stands behind the + of return paths of the list cats@example.com. */
export function paths(key: Buffer, list: ListId, mailing = 'mailone') {
  const of = { key, list, bounces: address('cats-bounces@example.com'), mailing };
  const detail = (path: string | undefined) => {
    const text = path ?? '';
    return text.slice(text.indexOf('+') + 1, text.lastIndexOf('@'));
  };
  return {
    verp: (recipient: string) => detail(encodeVerp(of, address(recipient))),
    numbered: (recipient: string, number: number) =>
      detail(encodeVerp({ ...of }, address(`"${recipient}"@x.example`), number)),
    shared: () => detail(encodeSharedVerp(of)),
    xverp: (recipient: string) => {
      const at = recipient.lastIndexOf('@');
      return `${detail(encodeSharedVerp(of))}+${recipient.slice(0, at)}=${recipient.slice(at + 1)}`;
    },
    envid: () => envelopeId({ key, list }, mailing),
  };
}
