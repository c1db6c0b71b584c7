import assert from 'node:assert/strict';
import { test } from 'node:test';
import { finding } from '../../src/detectors/reading/finding.ts';
import { replyIn, statusIn } from '../../src/detectors/reading/judge.ts';
import type { Action, Cause } from '../../src/model/diagnosis.ts';

/** What servers say, whose trouble it is, and the status that is reported. */
const said: readonly (readonly [text: string, cause: Cause, status: string])[] = [
  ['550 5.1.1 <a@b.example>: Recipient address rejected: User unknown', 'dead', '5.1.1'],
  ['550 No such user here', 'dead', '5.1.1'],
  ['550 Requested action not taken: mailbox unavailable', 'dead', '5.1.1'],
  ['Sorry, no mailbox here by that name. (#5.1.1)', 'dead', '5.1.1'],
  ['550-5.1.1 The email account that you tried to reach does not exist.', 'dead', '5.1.1'],
  ["554 delivery error: dd This user doesn't have a yahoo.com account [0]", 'dead', '5.1.1'],
  ['Unrouteable address', 'dead', '5.1.1'],
  ['550 5.4.1 Recipient address rejected: Access denied. [AB1.outlook.example]', 'dead', '5.4.1'],
  ['552 5.2.2 The email account that you tried to reach is over quota', 'full', '5.2.2'],
  ['552 Requested mail action aborted: exceeded storage allocation', 'full', '5.2.2'],
  ['452 4.2.2 Mailbox full; I am not going to try again', 'full', '4.2.2'],
  ["The recipient's inbox is full", 'full', '5.2.2'],
  ['552 5.3.4 Message size exceeds fixed limit', 'size', '5.3.4'],
  ['550 message too large for this recipient', 'size', '5.3.4'],
  ['554 5.2.1 The account is disabled', 'suspended', '5.2.1'],
  ['525 5.7.13 Disabled recipient address', 'suspended', '5.7.13'],
  ['554 5.7.1 Message rejected as spam by content filter', 'spam', '5.7.1'],
  [
    '554 Service unavailable; client [192.0.2.1] blocked using zen.spamhaus.example',
    'spam',
    '5.7.1',
  ],
  [
    '550 5.7.1 Our system has detected that this message is likely unsolicited mail',
    'spam',
    '5.7.1',
  ],
  [
    '550-5.7.26 Unauthenticated email from example.org is not accepted due to DMARC',
    'dmarc',
    '5.7.26',
  ],
  [
    '550 5.7.509 Access denied, sending domain does not pass DMARC verification',
    'dmarc',
    '5.7.509',
  ],
  ['554 5.7.1 <a@b.example>: Relay access denied', 'routing', '5.7.1'],
  [
    'Host or domain name not found. Name service error for name=b.example type=AAAA',
    'routing',
    '5.4.4',
  ],
  ['554 5.4.6 Hop count exceeded - possible mail loop', 'routing', '5.4.6'],
  ['an MX or SRV record indicated no SMTP service', 'routing', '5.4.4'],
  ['connect to mx.b.example[192.0.2.1]:25: Connection timed out', 'expired', '5.4.7'],
  ['retry timeout exceeded', 'expired', '5.4.7'],
  ["I'm not going to try again; this message has been in the queue too long.", 'expired', '5.4.7'],
  ['450 4.7.1 Greylisting in effect, please come back later', 'policy', '4.7.1'],
  ['550 5.7.1 SPF check failed', 'policy', '5.7.1'],
  [
    'SMTP error from remote mail server after MAIL FROM:<x@y.example>: 550 No such domain',
    'policy',
    '5.7.1',
  ],
  ['553 5.1.8 Domain of sender address x@y.example does not exist', 'policy', '5.1.8'],
  ['554 5.7.1 Reverse DNS lookup failed', 'policy', '5.7.1'],
  ['550 5.1.1 192.0.2.1 has sent to too many recipients this hour', 'policy', '5.1.1'],
  ['Something odd', 'unknown', '5.0.0'],
  ['', 'unknown', '5.0.0'],
];

for (const [text, cause, status] of said) {
  test(`"${text}" is ${cause}`, () => {
    const one = finding({ address: 'a@b.example', text });
    assert.deepEqual([one.cause, one.status], [cause, status]);
  });
}

test('names of mailboxes, hosts and links are not words', () => {
  const text =
    '550 <spam@mailboxfull.example> see https://over.quota.example/blacklist at relay.b.example';
  assert.equal(finding({ address: 'a@b.example', text }).cause, 'unknown');
});

test('a reported status stands, but one that says nothing yields to the text', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['5.1.1', '550 5.7.1 denied', '5.1.1'],
    ['5.0.0', '550 5.1.1 unknown', '5.1.1'],
    ['5.1.2 (bad host)', '', '5.1.2'],
    ['5.0.0', 'no', '5.0.0'],
    ['553 too large', '', '5.3.4'],
  ];
  for (const [status, text, expected] of cases) {
    assert.equal(
      finding({ address: 'a@b.example', status, text: text || status }).status,
      expected,
    );
  }
});

test('a status that nobody gave has the class of what happened', () => {
  const status = (action: Action): string =>
    finding({ address: 'a@b.example', action, text: 'mailbox full' }).status;
  assert.equal(status('failed'), '5.2.2');
  assert.equal(status('delayed'), '4.2.2');
});

test('an address on the network is no status, and no reply', () => {
  assert.equal(statusIn('host [5.1.1.4] said 4.4.10.2'), '');
  assert.equal(replyIn('port 192.0.2.550 and [2001:db8::550] and 550.1.2.3.4'), '');
  assert.equal(replyIn('said: 550 no'), '550');
  assert.equal(replyIn('550-5.1.1 no'), '550');
});

test('a diagnostic is one line and bounded', () => {
  const one = finding({ address: 'a@b.example', text: `: 550 no\n\n  such  ${'x'.repeat(5000)}` });
  assert.match(one.diagnostic, /^550 no such x/);
  assert(one.diagnostic.length <= 1000);
});
