import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Allowance } from '../../src/engine/allowance.ts';
import { cats } from '../literals.ts';
import { now, own, step } from './bounce-stepping.ts';

describe('a complaint', () => {
  const arf = (from: string, rcpt: string): string =>
    [
      'From: feedback@isp.example',
      'To: cats-bounces@example.com',
      'Subject: FW: food',
      'Message-ID: <arf1@isp.example>',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=feedback-report; boundary="b"',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'This is an email abuse report.',
      '--b',
      'Content-Type: message/feedback-report',
      '',
      'Feedback-Type: abuse',
      'User-Agent: ISP/1.0',
      'Version: 1',
      `Original-Mail-From: <${from}>`,
      `Original-Rcpt-To: <${rcpt}>`,
      '',
      '--b',
      'Content-Type: message/rfc822',
      '',
      'From: ann@author.example',
      'Subject: food',
      '',
      'x',
      '--b--',
      '',
    ].join('\r\n');

  test('is proven by the return path that it repeats', async () => {
    const from = `cats-bounces+${own.verp('ann@example.net')}@example.com`;
    const { failures } = await step(arf(from, 'redacted@isp.example'));
    assert.deepEqual(
      failures.map((one) => [one.via, one.proof, one.addresses[0], one.mailing]),
      [['complaint', 'recipient', 'ann@example.net', 'mailone']],
    );
  });

  test('is not proven by an address that anybody could write', async () => {
    const { failures } = await step(arf('cats-bounces@example.com', 'ann@example.net'));
    assert.deepEqual([failures[0]?.proof, failures[0]?.addresses[0]], ['none', 'ann@example.net']);
  });
});

describe('mail that nobody can read', () => {
  const odd =
    'From: eve@example.org\r\nTo: cats-bounces@example.com\r\nSubject: hello\r\n\r\nWho are you?\r\n';

  test('is shown to the owners, marked as automatic and with a null return path', async () => {
    const { outcome, letters } = await step(odd);
    const [letter, ...others] = letters;
    assert(letter);
    assert.deepEqual(others, []);
    assert.deepEqual(letter.work, { kind: 'notice', to: ['owner@example.org'], returnPath: null });
    assert(letter.message.kind === 'text');
    const text = letter.message.bytes.toString();
    assert.match(text, /^Auto-Submitted: auto-generated/m);
    assert.match(text, /> Who are you\?/);
    assert.match(text, /From: eve@example\.org/);
    assert.deepEqual(outcome.changes, [
      { kind: 'unrecognized', list: 'cats.example.com', shown: true },
    ]);
  });

  test('is parked or dropped where the list wants it so', async () => {
    const parked = await step(odd, { settings: { bounceUnrecognized: 'park' } });
    assert.equal(parked.outcome.fate.kind, 'park');
    const dropped = await step(odd, { settings: { bounceUnrecognized: 'discard' } });
    assert.equal(dropped.outcome.fate.kind, 'finish');
    assert.deepEqual(dropped.letters, []);
  });

  test('is counted and dropped when there was too much of it today', async () => {
    const { letters, outcome } = await step(odd, { shown: 20 });
    assert.deepEqual(letters, []);
    assert.equal(outcome.fate.kind, 'finish');
  });
});

test('an allowance holds among steps that run side by side, and begins anew each day', () => {
  const allowance = new Allowance();
  const list = cats().id;
  const taken = Array.from({ length: 5 }, () => allowance.take(list, 3, 1, now));
  assert.deepEqual(taken, [true, true, false, false, false]);
  assert.equal(allowance.take(list, 3, 0, now + 86_400_000), true);
});
