/** Mail that comes to the bounce address and is no bounce. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Nature } from '../../src/model/diagnosis.ts';
import { message, read } from './reports.ts';

const cases: readonly (readonly [string, Nature, string])[] = [
  [
    'an absence note with a null return path',
    'auto-reply',
    message({
      from: 'Gone Fishing <gone@example.com>',
      subject: 'Automatic reply: [dev] Release',
      fields: 'Auto-Submitted: auto-replied',
      body: '\nI am away and could not be reached at gone@example.com. Ask bob@example.com.\n',
    }),
  ],
  [
    'an acknowledgement that quotes addresses',
    'auto-reply',
    message({
      from: 'Help <help@example.com>',
      subject: 'We have your message',
      fields: 'Precedence: auto_reply',
      body: '\nYour request was not rejected.\n  help@example.com\n',
    }),
  ],
  [
    'a challenge',
    'challenge',
    message({
      from: 'ann@example.com',
      subject: 'Re: [dev] Release',
      body: '\nThis account is protected by Bluefilter. Please click on the link to be allowed.\n',
    }),
  ],
  [
    'a challenge dressed as a report',
    'challenge',
    message({
      from: 'noreply@boxbe.example',
      subject: 'Re: [dev] Release (Action Required)',
      fields: 'Content-Type: multipart/report; boundary=b; report-type=delivery-status',
      body: `
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; boxbe.example

Final-Recipient: rfc822; ann@example.com
Action: failed
Diagnostic-Code: X-Boxbe-Notice; Sender not pre-approved.  Follow instructions in above notice
Status: 4.7.0
--b--
`,
    }),
  ],
  [
    'a read receipt',
    'receipt',
    message({
      from: 'Ann <ann@example.com>',
      subject: 'Read: [dev] Release',
      fields: 'Content-Type: multipart/report; report-type=disposition-notification; boundary=b',
      body: `
--b

Your message was displayed.
--b
Content-Type: message/disposition-notification

Final-Recipient: rfc822; ann@example.com
Disposition: manual-action/MDN-sent-manually; displayed
--b--
`,
    }),
  ],
  [
    'a person who writes about a bounce',
    'ordinary',
    message({
      from: 'Ann <ann@example.com>',
      subject: 'Re: Mail delivery failed: returning message to sender',
      body: `
What does this mean?

> A message that you sent could not be delivered to one or more of its
> recipients. This is a permanent error. The following address(es) failed:
>
>  gone@example.com
`,
    }).replace('Return-Path: <>', 'Return-Path: <ann@example.com>'),
  ],
  [
    'a person who complains of a full mailbox, from an address called like a daemon',
    'ordinary',
    message({
      from: '<MAILER-DAEMON@example.com>',
      subject: 'I like turtles',
      body: '\nYour message to fred@example.com was rejected due to the user exceeding its quota\n',
    }).replace('Return-Path: <>', 'Return-Path: <root@example.com>'),
  ],
  [
    'spam that says that mail could not be delivered',
    'ordinary',
    message({
      from: 'Support <support@shop.example>',
      subject: 'Your parcel could not be delivered',
      body: '\nDear dev-bounces@lists.example.org, your parcel could not be delivered. Click.\n',
    }).replace('Return-Path: <>', 'Return-Path: <x@shop.example>'),
  ],
];

for (const [name, nature, text] of cases) {
  test(`nobody is charged for ${name}`, () => {
    const diagnosis = read(text);
    assert.equal(diagnosis.kind, 'none', JSON.stringify(diagnosis));
    assert.deepEqual(diagnosis.recipients, []);
    assert.equal(diagnosis.nature, nature);
    assert.equal(diagnosis.cause, '');
  });
}

test('a complaint says who, of what and where from', () => {
  const diagnosis = read(
    message({
      from: 'fbl@provider.example',
      subject: 'Complaint',
      fields: 'Content-Type: multipart/report; report-type=feedback-report; boundary=b',
      body: `
--b

This is an abuse report. The message could not be delivered to nobody@example.com, it was spam.
--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Loop/1.0
Original-Mail-From: <dev-bounces@lists.example.org>
Original-Rcpt-To: <ann@example.com>
Source-IP: 192.0.2.7
--b
Content-Type: message/rfc822

From: bob@example.org
To: dev@lists.example.org
Message-ID: <1@example.org>

hi
--b--
`,
    }),
  );
  assert.equal(diagnosis.kind, 'none');
  assert.deepEqual(diagnosis.complaint, {
    type: 'abuse',
    recipients: ['ann@example.com'],
    sender: 'dev-bounces@lists.example.org',
    sourceIp: '192.0.2.7',
    reporter: 'Loop/1.0',
    messageId: '<1@example.org>',
  });
});

test('a receipt that says rejected is a bounce after all', () => {
  const diagnosis = read(
    message({
      from: 'Mail Delivery Subsystem <postmaster@example.com>',
      subject: 'Automatically rejected mail',
      fields: `Auto-Submitted: auto-replied (rejected)
Content-Type: multipart/report; report-type=disposition-notification; boundary=b`,
      body: `
--b
Content-Type: text/plain

Your message to <full@example.com> was automatically rejected:
Quota exceeded
--b
Content-Type: message/disposition-notification

Final-Recipient: rfc822; full@example.com
Disposition: automatic-action/MDN-sent-automatically; deleted
--b--
`,
    }),
  );
  assert.equal(diagnosis.kind, 'permanent');
  assert.equal(diagnosis.recipients[0]?.address, 'full@example.com');
  assert.equal(diagnosis.cause, 'full');
});

test('Amazon SES tells bounces, delays, complaints and deliveries apart', () => {
  const event = (type: string, body: object): string => {
    const inner = JSON.stringify({ notificationType: type, ...body });
    return message({
      from: 'SES <no-reply@sns.amazonaws.com>',
      subject: 'AWS Notification Message',
      body: `\n${JSON.stringify({ Type: 'Notification', Message: inner })}\n`,
    });
  };
  const bounced = read(
    event('Bounce', {
      bounce: {
        bounceType: 'Permanent',
        bounceSubType: 'General',
        bouncedRecipients: [
          {
            emailAddress: 'gone@example.com',
            status: '5.1.1',
            diagnosticCode: 'smtp; 550 no user',
          },
          { emailAddress: 'lost@example.com' },
        ],
      },
    }),
  );
  assert.deepEqual(
    bounced.recipients.map((one) => one.address),
    ['gone@example.com', 'lost@example.com'],
  );
  assert.equal(bounced.kind, 'permanent');
  const complained = read(
    event('Complaint', {
      complaint: { complainedRecipients: [{ emailAddress: 'ann@example.com' }] },
    }),
  );
  assert.equal(complained.kind, 'none');
  assert.deepEqual(complained.complaint?.recipients, ['ann@example.com']);
  assert.equal(read(event('Delivery', { delivery: {} })).kind, 'none');
  const delayed = read(
    event('DeliveryDelay', {
      deliveryDelay: {
        delayType: 'MailboxFull',
        delayedRecipients: [{ emailAddress: 'full@example.com', status: '4.2.2' }],
      },
    }),
  );
  assert.equal(delayed.kind, 'temporary');
  assert.deepEqual(
    delayed.recipients.map((one) => one.address),
    ['full@example.com'],
  );
});
