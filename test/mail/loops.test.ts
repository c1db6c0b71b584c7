import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Address, parseAddress } from '../../src/mail/address.ts';
import { parseHeaders } from '../../src/mail/headers.ts';
import { answerable } from '../../src/mail/loops.ts';

const anne = parseAddress('anne@example.com');
const ours = parseAddress('dev@lists.example.com');
const isOwn = (address: Address): boolean => address === ours;

/** Why this message is not answered, or undefined. */
function reason(header: string, sender: Address | null | undefined = anne): string | undefined {
  const headers = parseHeaders(Buffer.from(`From: x@y\n${header}\n`));
  const verdict = answerable(headers, sender, { isOwn });
  return verdict.yes ? undefined : verdict.why;
}

test('mail that a person sent is answered', () => {
  const headers = [
    'Subject: hello',
    'Auto-Submitted: no',
    'Auto-Submitted: No (really)',
    'Precedence: first-class',
    'X-Ack: yes',
    'X-Auto-Response-Suppress: None',
    'X-Autoreply: no',
    'Content-Type: multipart/mixed; boundary=report',
    'X-List-Id: no list field',
  ];
  for (const header of headers) assert.equal(reason(header), undefined, header);
});

test('automatic mail is not answered, and the reason says why', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['Auto-Submitted: auto-replied', /auto-replied/],
    ['Auto-Submitted: auto-generated; owner-email="a@b"', /auto-generated/],
    ['AUTO-SUBMITTED: Auto-Notified', /auto-notified/],
    ['Auto-Submitted:', /Auto-Submitted/],
    ['Auto-Submitted: no\nAuto-Submitted: auto-replied', /auto-replied/],
    ['Precedence: bulk', /bulk/],
    ['Precedence: Junk', /junk/],
    ['Precedence: list', /list/],
    ['X-Ack: No', /X-Ack/],
    ['X-No-Ack:', /X-No-Ack/],
    ['List-Id: <x.y>', /list-id/],
    ['List-Unsubscribe: <mailto:x@y>', /list-unsubscribe/],
    ['X-BeenThere: x@y', /X-BeenThere/],
    ['X-Auto-Response-Suppress: DR, OOF, AutoReply', /Suppress/],
    ['X-Autoreply: yes', /X-Autoreply/],
    ['Content-Type: multipart/report; report-type=delivery-status; boundary=x', /report/],
    ['Content-Type: Message/Delivery-Status', /report/],
  ];
  for (const [header, why] of cases) assert.match(reason(header) ?? '', why, header);
});

test('X-Ack: yes outweighs Precedence, but not what says that nobody wrote this', () => {
  assert.equal(reason('Precedence: bulk\nX-Ack: yes'), undefined);
  assert.match(reason('Auto-Submitted: auto-replied\nX-Ack: yes') ?? '', /auto-replied/);
});

test('nobody answers where there is nobody', () => {
  assert.match(reason('Subject: x', null) ?? '', /empty/);
  assert.match(reason('Subject: x', parseAddress('not an address') ?? null) ?? '', /empty/);
  assert.match(reason('Subject: x', ours) ?? '', /our own/);
  for (const local of ['MAILER-DAEMON', 'owner-dev', 'dev-request', 'dev-bounces', 'dev-owner']) {
    assert.match(reason('Subject: x', parseAddress(`${local}@x.y`)) ?? '', /program/, local);
  }
  const verdict = answerable(parseHeaders(Buffer.from('A: b\n')), undefined);
  assert.deepEqual(verdict, { yes: false, why: 'The return path is no address.' });
});
