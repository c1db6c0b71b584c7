import { message, statusFields, statusReport, testSamples } from './reports.ts';

const gone = 'Final-Recipient: rfc822; gone@example.com\nAction: failed';

testSamples([
  {
    name: 'no blank line between two recipients, one inside a group',
    fields: statusFields,
    body: statusReport(`
Reporting-MTA: dns; mx.example.net
Final-Recipient: rfc822; one@example.com
Action: failed
Status: 5.1.1
Final-Recipient: rfc822; two@example.com

Action: failed
Status: 5.1.1`),
    detector: 'rfc3464',
    recipients: ['one@example.com', 'two@example.com'],
  },
  {
    name: 'words for actions that no standard has',
    fields: statusFields,
    body: statusReport(`
Reporting-MTA: dns; mx.example.net

Final-Recipient: RFC822;<one@example.com>
Action: Failure
Status: 553 Exceeded maximum inbound message size

Final-Recipient: two@example.com
Action: expired
Diagnostic-Code: Connection timed out

Final-Recipient: rfc822; three@example.com
Status: 5.1.1 (bad destination mailbox)`),
    detector: 'rfc3464',
    recipients: ['one@example.com', 'three@example.com', 'two@example.com'],
    causes: ['size', 'dead', 'expired'],
  },
  {
    name: 'X.400 and wrapped addresses',
    fields: statusFields,
    body: statusReport(`
Reporting-MTA: x400; mta

Final-Recipient: X400; /G=One/S=Two/RFC-822=one(a)example.com/P=x/C=de/
Action: failed
Status: 5.1.1

Final-Recipient: rfc822; IMCEASMTP-two+40example+2Ecom@exchange.example.com
Action: failed
Status: 5.1.1`),
    detector: 'rfc3464',
    recipients: ['one@example.com', 'two@example.com'],
  },
  {
    name: 'fields that a gateway made text of',
    fields: 'Content-Type: text/plain',
    body: `
An error occurred while trying to deliver the mail to the following recipients:
gone@example.com

Technical report:

Reporting-MTA: dsn; mx.example.net

Action: failed
Final-Recipient: rfc822; gone@example.com
Diagnostic-Code: smtp; 550 5.1.1 <gone@example.com>... User
 Unknown
Status: 5.1.1
`,
    detector: 'rfc3464-text',
    recipients: ['gone@example.com'],
    causes: ['dead'],
  },
  {
    name: 'a report without a boundary parameter is found by its first line',
    fields: '',
    body: statusReport(`
Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; gone@example.com
Action: failed
Status: 5.1.1`),
    detector: 'rfc3464',
    recipients: ['gone@example.com'],
  },
  {
    name: 'a report in base64',
    fields: statusFields,
    body: `
--b1
Content-Type: message/delivery-status
Content-Transfer-Encoding: base64

${Buffer.from(`Reporting-MTA: dns; mx\n\n${gone}\n`).toString('base64')}
--b1--
`,
    detector: 'rfc3464',
    recipients: ['gone@example.com'],
  },
  {
    name: 'a report inside the notice of a gateway',
    subject: 'Returned mail',
    fields: 'Content-Type: multipart/mixed; boundary=outer',
    body: `
--outer
Content-Type: text/plain

This notice comes from a gateway and names nobody.

--outer
Content-Type: message/rfc822

${message({ fields: statusFields, body: statusReport(gone) })}
--outer--
`,
    detector: 'rfc3464',
    recipients: ['gone@example.com'],
  },
]);
