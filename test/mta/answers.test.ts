import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOverflow, serverAnswer } from '../../src/mta/answers.ts';

test('the name that an MTA gives to a message is found', () => {
  const cases: readonly [string, string | undefined][] = [
    ['2.0.0 Ok: queued as 4XyZ1a2b3c', '4XyZ1a2b3c'],
    ['OK id=1rABcd-000000-xY', '1rABcd-000000-xY'],
    ['2.0.0 4ABCDEF1012345 Message accepted for delivery', '4ABCDEF1012345'],
    ['2.0.0 0a1b2c3d Message accepted for delivery', '0a1b2c3d'],
    ['ok 1700000000 qp 12345', '1700000000 qp 12345'],
    ['2.0.0 Ok', undefined],
  ];
  for (const [text, queueId] of cases) {
    assert.equal(serverAnswer('body', 250, text).queueId, queueId, text);
  }
});

test('an answer says what kind it is, and its enhanced code', () => {
  const refused = serverAnswer('rcpt', 550, '5.1.1 no such user');
  assert.equal(refused.kind, 'refused');
  assert.equal(refused.enhanced, '5.1.1');
  assert.equal(serverAnswer('rcpt', 451, 'later').kind, 'deferred');
  assert.equal(serverAnswer('rcpt', 451, 'later').enhanced, undefined);
  assert.equal(serverAnswer('body', 250, '2.0.0 Ok').enhanced, '2.0.0');
});

test('what a server writes cannot play with a terminal or fill a log', () => {
  const answer = serverAnswer('body', 550, `\u001b[2J\u0007${'x'.repeat(5000)}`);
  assert(answer.text.startsWith('?[2J?xxx'));
  assert.equal(answer.text.length, 1000);
});

test('"this many" is told from a full mailbox', () => {
  assert.equal(isOverflow(452, '4.5.3 too many recipients'), true);
  assert.equal(isOverflow(552, 'too many recipients'), true);
  assert.equal(isOverflow(452, '4.3.1 insufficient system storage'), true);
  assert.equal(isOverflow(452, '4.2.2 mailbox full'), false);
  assert.equal(isOverflow(552, '5.2.2 mailbox full'), false);
  assert.equal(isOverflow(450, '4.5.3 too many recipients'), false);
});
