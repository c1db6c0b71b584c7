import assert from 'node:assert/strict';
import { test } from 'node:test';
import { date } from '../../src/handlers/date.ts';
import { loopMark } from '../../src/handlers/loop-mark.ts';
import { messageId } from '../../src/handlers/message-id.ts';
import { ownerMark } from '../../src/handlers/owner-mark.ts';
import { precedence } from '../../src/handlers/precedence.ts';
import { sender } from '../../src/handlers/sender.ts';
import { applied } from '../literals.ts';

test('Sender names the list; without, the one that was there stays', () => {
  const lines = ['Sender: eve@example.org'];
  assert.deepEqual(applied(sender, lines, { displayName: 'Cats & co.' }), [
    'Sender: "Cats & co." <cats-bounces@example.com>',
  ]);
  assert.deepEqual(applied(sender, lines, { sender: false }), lines);
});

test('Precedence is list, unless the author said something', () => {
  assert.deepEqual(applied(precedence, []), ['Precedence: list']);
  assert.deepEqual(applied(precedence, ['Precedence: bulk']), ['Precedence: bulk']);
});

test('the marks of several lists stand beside each other', () => {
  assert.deepEqual(applied(loopMark, ['X-BeenThere: dogs@example.org']), [
    'X-BeenThere: dogs@example.org',
    'X-BeenThere: cats@example.com',
  ]);
  assert.deepEqual(applied(ownerMark, []), ['X-BeenThere: cats-owner@example.com']);
});

test('a missing Message-ID is made, the same one each time, another for another posting', () => {
  const lines = ['From: anne@example.net', 'Message-ID:'];
  const made = applied(messageId, lines);
  assert.match(made[1] ?? '', /^Message-ID: <[a-z2-7]+@example\.com>$/);
  assert.deepEqual(applied(messageId, lines), made);
  assert.notDeepEqual(applied(messageId, lines, {}, 8), made);
  const odd = ['Message-Id: <odd but there>'];
  assert.deepEqual(applied(messageId, odd), odd);
});

test('a missing Date is the time at hand', () => {
  assert.deepEqual(applied(date, []), ['Date: Tue, 14 Nov 2023 22:13:20 +0000']);
  assert.deepEqual(applied(date, ['Date: yesterday']), ['Date: yesterday']);
});
