import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replyTo } from '../../src/handlers/reply-to.ts';
import type { Settings } from '../../src/model/settings.ts';
import { applied } from '../literals.ts';

const cases: readonly (readonly [
  before: string | undefined,
  settings: Partial<Settings>,
  after: string | undefined,
])[] = [
  [undefined, {}, undefined],
  ['"Anne"  <anne@example.net>', {}, '"Anne"  <anne@example.net>'],
  ['anne@example.net', { stripReplyTo: true }, undefined],
  [undefined, { replyTo: 'list' }, 'cats@example.com'],
  ['Anne <a@example.net>', { replyTo: 'list' }, 'Anne <a@example.net>, cats@example.com'],
  ['a@example.net', { replyTo: 'list', stripReplyTo: true }, 'cats@example.com'],
  // Each once, whatever the case, and the list last.
  [
    'CATS@Example.com, a@example.net, A@example.NET',
    { replyTo: 'list' },
    'a@example.net, cats@example.com',
  ],
  [
    'a@example.net',
    { replyTo: 'list', displayName: 'Cats, all' },
    'a@example.net, "Cats, all" <cats@example.com>',
  ],
  [
    'a@example.net, talk@example.com',
    { replyTo: 'address', replyToAddress: 'Talk <talk@example.com>' },
    'Talk <talk@example.com>, a@example.net',
  ],
  [
    'a@example.net',
    { replyTo: 'address', replyToAddress: 'x@y.example', stripReplyTo: true },
    'x@y.example',
  ],
  ['a@example.net', { replyTo: 'address', replyToAddress: '' }, 'a@example.net'],
  // Empty: removed.
  ['', {}, undefined],
  ['nobody', {}, undefined],
  ['nobody', { replyTo: 'list' }, 'cats@example.com'],
];

test('answers go where the policy says, in its order, each address once', () => {
  for (const [before, settings, after] of cases) {
    const lines = before === undefined ? [] : [`Reply-To: ${before}`];
    const wanted = after === undefined ? [] : [`Reply-To: ${after}`];
    assert.deepEqual(applied(replyTo, ['X: y', ...lines], settings), ['X: y', ...wanted], before);
  }
});

test('several Reply-To fields become one', () => {
  const lines = ['Reply-To: a@example.net', 'Reply-To: b@example.net'];
  assert.deepEqual(applied(replyTo, lines), ['Reply-To: a@example.net, b@example.net']);
});

test('a name that is no ASCII is encoded', () => {
  const lines = applied(replyTo, ['Reply-To: =?iso-8859-1?q?J=FCrgen?= <j@example.net>'], {
    replyTo: 'list',
  });
  assert.match(lines.join(' '), /^Reply-To: =\?utf-8\?.*\?= <j@example\.net>, cats@example\.com$/i);
});
