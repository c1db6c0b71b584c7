import assert from 'node:assert/strict';
import { test } from 'node:test';
import { message, read, statusFields, statusReport, testSamples } from './reports.ts';

testSamples([
  {
    name: 'given-up addresses beside delayed and delivered ones stand alone',
    fields: statusFields,
    body: statusReport(`
Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; gone@example.com
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

Final-Recipient: rfc822; slow@example.com
Action: delayed
Status: 4.4.1

Final-Recipient: rfc822; fine@example.com
Action: delivered
Status: 2.0.0`),
    detector: 'rfc3464',
    recipients: ['gone@example.com'],
    causes: ['dead'],
    statuses: ['5.1.1'],
  },
  {
    name: 'given up is permanent, whatever the status class',
    fields: statusFields,
    body: statusReport(`
Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; slow@example.com
Action: failed
Status: 4.4.7
Diagnostic-Code: X-Postfix; connect to mx.example.com[192.0.2.1]:25: Connection timed out`),
    detector: 'rfc3464',
    recipients: ['slow@example.com'],
    causes: ['expired'],
    statuses: ['4.4.7'],
  },
  {
    name: 'delayed alone is temporary',
    fields: statusFields,
    body: statusReport(`
Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; slow@example.com
Action: delayed
Status: 4.2.2
Will-Retry-Until: Sat, 2 Mar 2024 10:00:00 +0000`),
    detector: 'rfc3464',
    kind: 'temporary',
    recipients: ['slow@example.com'],
    causes: ['full'],
  },
  {
    name: 'success charges nobody',
    fields: statusFields,
    body: statusReport(`
Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; fine@example.com
Action: relayed
Status: 2.1.9`),
    detector: 'rfc3464',
    kind: 'none',
    recipients: [],
  },
  {
    name: 'the original recipient is the one that was mailed',
    fields: statusFields,
    body: statusReport(`
Reporting-MTA: dns; mx.example.net

Original-Recipient: rfc822;ann+2Bnews@example.com
Final-Recipient: rfc822;ann@mailbox.example.com
Action: failed
Status: 5.2.1`),
    detector: 'rfc3464',
    recipients: ['ann+news@example.com'],
    causes: ['suspended'],
  },
]);

test('RFC 6533: addresses in UTF-8', () => {
  const type = 'Content-Type: multipart/report; report-type=global-delivery-status; boundary=b1';
  const body = `
--b1
Content-Type: message/global-delivery-status

Reporting-MTA: dns; mx.example.net

Original-Recipient: utf-8; m\\x{FC}ller@example.com
Final-Recipient: utf-8;müller@example.com
Action: failed
Status: 5.1.1
--b1--
`;
  const { recipients } = read(message({ fields: type, body }));
  assert.deepEqual(
    recipients.map((one) => one.address),
    ['müller@example.com'],
  );
});

test('a bounce of a bounce is about the outer message', () => {
  const inner = message({
    fields: statusFields,
    body: statusReport('Final-Recipient: rfc822; inner@example.com\nAction: failed'),
  });
  const outer = `
--x
Content-Type: message/delivery-status

Final-Recipient: rfc822; outer@example.com
Action: failed
Status: 5.2.2
--x
Content-Type: message/rfc822

${inner}
--x--
`;
  const type = 'Content-Type: multipart/report; boundary=x';
  const { recipients } = read(message({ fields: type, body: outer }));
  assert.deepEqual(
    recipients.map((one) => [one.address, one.cause]),
    [['outer@example.com', 'full']],
  );
});
