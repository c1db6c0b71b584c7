/** Mail servers, each with words of its own. A row is a frame; a detector, a server. */

import { first } from '../mail/report-parts.ts';
import type { Detector } from '../model/diagnosis.ts';
import { afterColon, leading } from './forms.ts';
import { type Frame, framed } from './frame.ts';

const alone = /^\s{0,20}<?([^\s<>"]{1,200}@[^\s<>"]{1,200})>?\s{0,5}$/;

/** IBM Domino, and the Lotus SMTP gateway before it, whose reason stands above the address. */
export const domino: Detector = framed('domino', [
  {
    opens: /(?:was not|could not be) delivered to: /i,
    closes: /^\s{0,4}because:/i,
    address: leading,
  },
  { opens: /-{3,} ?failure reasons? {1,3}-{3,}/i, address: alone, above: true },
]);

/** Novell GroupWise and NTMail. */
export const groupwise: Detector = framed('groupwise', [
  {
    opens: /message that you sent was undeliverable to the following:?/i,
    address: leading,
  },
  { opens: /your message was not delivered to (?=\S{1,200}@)/i, address: alone },
]);

/** Courier, whose sections are headed in capitals. */
export const courier: Detector = framed('courier', [
  {
    opens: /your message to the following recipients has been delayed/i,
    address: /^\s{0,3}<([^<>\s]{3,300})>:/,
    action: 'delayed',
  },
  {
    opens: /your message to the following recipients cannot be delivered/i,
    address: /^\s{0,3}<([^<>\s]{3,300})>:/,
  },
]);

export const opensmtpd: Detector = framed('opensmtpd', [
  {
    opens: /a message is delayed for more than|this is only a temporary failure report/i,
    address: /^\s{0,4}([^\s<>:]{1,150}@[^\s<>:]{1,200}): /,
    action: 'delayed',
  },
  {
    opens: /an error has occurred while attempting to deliver a message for/i,
    address: /^\s{0,4}([^\s<>:]{1,150}@[^\s<>:]{1,200}): /,
  },
]);

/** The DragonFly Mail Agent. */
export const dma: Detector = framed('dma', [
  {
    opens: /there was an error delivering your mail to /i,
    closes: /^(?:message headers|original message) follow/i,
    address: /delivering your mail to <([^<>\s]{3,300})>/i,
  },
]);

/** Ipswitch IMail, under whatever name its `SMTP32` goes. */
const imailFrame: Frame = {
  when: (report) => /SMTP32/i.test(first(report.headers, 'x-mailer')),
  opens:
    /(?:user mailbox|delivery failed|unknown user|undeliverable|invalid final delivery userid)/i,
  closes: /^original message follows/i,
  address: [
    /(?:user mailbox|delivery failed|unknown user|userid)[^:]{0,60}:\s{0,3}<?([^\s<>]{3,300})>?/i,
    /undeliverable\s{1,5}to\s{1,5}<?([^\s<>]{3,300})>?/i,
  ],
};
export const imail: Detector = framed('imail', [imailFrame]);

/** MailEnable; and Alt-N MDaemon, whose list is bulleted. */
export const mailenable: Detector = framed('mailenable', [
  {
    opens: /message could not be delivered to some recipients/i,
    address: /Recipient: \[SMTP:([^\s\]]{3,300})\]/i,
  },
]);

export const mdaemon: Detector = framed('mdaemon', [
  {
    opens: /addresses did not receive a copy of (?:your|this) message/i,
    closes: /^-{2,} session transcript/i,
    address: leading,
  },
  { opens: /\bfailed address:/i, address: /failed address:\s{0,5}<?([^\s<>]{3,300})>?/i },
  {
    opens: /- no such user here/i,
    address: /^\s{0,4}([^\s<>]{3,300}) - no such user here/i,
  },
]);

/** Trustwave (Marshal) MailMarshal. */
export const mailmarshal: Detector = framed('mailmarshal', [
  {
    opens: /could not be delivered because of/i,
    closes: /^(?:\+{5,}|additional information)/i,
    address: alone,
    above: true,
  },
]);

/** Sun, iPlanet and Oracle Messaging Server, and PMDF. */
const pmdfAddress = [
  /^\s{0,8}original address:\s{0,5}(?:rfc822;)?([^\s]{3,300})/i,
  /^\s{0,8}recipient address:\s{0,5}(?:rfc822;)?([^\s]{3,300})/i,
];
export const pmdf: Detector = framed('pmdf', [
  {
    opens: /your message has been enqueued and undeliverable for/i,
    address: pmdfAddress,
    action: 'delayed',
  },
  { opens: /your message cannot be delivered to the following recipients/i, address: pmdfAddress },
]);

/** Apache James; Verizon's vtext gateway prints the same. */
export const james: Detector = framed('james', [
  {
    opens: /error message below|invalid user address|message details:/i,
    address: /^\s{1,8}rcpt to: <?([^\s<>]{3,300})>?/i,
    above: true,
  },
  { opens: /failed recipients?(?:\(s\))?: /i, address: alone },
]);

/** Smail 3 and its heirs. */
export const smail: Detector = framed('smail', [
  {
    opens: /failed addresses follow:/i,
    closes: /^\|?-{2,} message text follows/i,
    address: leading,
  },
]);

/** Netscape, Openwave and Critical Path InterMail: also at au, UOL and cable companies. */
export const intermail: Detector = framed('intermail', [
  {
    opens:
      /this message was undeliverable due to the following reason|the user\(s\) account is|your message was not delivered within|each of the following recipients was rejected|following recipients did not receive this message/i,
    closes: /^please reply to/i,
    address: [
      /^\s{0,12}recipient:\s{0,3}<([^<>\s]{3,300})>/i,
      /^\s{0,4}<([^<>\s]{3,300})>(?=:|\s{0,3}$)/,
      /user's mailbox is full:\s{0,3}<([^<>\s]{3,300})>/i,
    ],
    above: true,
  },
]);

/** Zoho Mail. */
export const zoho: Detector = framed('zoho', [
  {
    opens: /\[status: error, address: [^\]]{1,600}\][\s\S]{0,300}retried/i,
    address: /\[status: error, address: <([^<>\s]{3,300})>/i,
    action: 'delayed',
  },
  {
    opens: /\[status: error, address: |error_code ?:/i,
    address: [
      /\[status: error, address: <([^<>\s]{3,300})>/i,
      /^\s{0,4}([^\s<>,]{3,300}) [^,]{1,60}, error_code ?:/i,
      afterColon,
    ],
  },
]);
