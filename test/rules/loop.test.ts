import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loop } from '../../src/rules/loop.ts';
import { posting } from '../literals.ts';

const cases: readonly (readonly [lines: readonly string[], hits: boolean])[] = [
  [['X-BeenThere: cats@example.com'], true],
  [['X-BeenThere: CATS@Example.COM'], true],
  [['X-BeenThere: dogs@example.com', 'X-BeenThere: cats@example.com'], true],
  [['X-BeenThere: dogs@example.com'], false],
  [['List-Id: All about cats <cats.example.com>'], true],
  [['List-Id: cats.example.com'], true],
  [['List-Id: "cats.example.com" <dogs.example.com>'], false],
  // Mailman 3 compares the bare address with the whole field and never finds it.
  [['List-Post: <mailto:cats@example.com>'], true],
  [['List-Post: <mailto:ca%74s@example.com?subject=x>, <https://example.com/>'], true],
  [['List-Post: <mailto:dogs@example.com>'], false],
  [['List-Post: NO', 'List-Post: <mailto:%zz@example.com>'], false],
  [['References: <1@cats.example.com>', 'X-BeenThere:', 'List-Id:'], false],
];

test('a posting that bears a mark of this list has been here before', () => {
  for (const [lines, hits] of cases) {
    const hit = loop.check(posting({}, ['From: anne@example.net', ...lines]));
    assert.equal(hit !== undefined, hits, lines.join());
  }
});

test('a posting that is redirected to the owners reaches them', () => {
  const marked = [
    'From: anne@example.net',
    'X-BeenThere: cats@example.com',
    'List-Id: <cats.example.com>',
  ];
  assert.equal(loop.check(posting({ to: 'owner' }, marked)), undefined);
});

test('mail to the owners stops when it comes round, under either name of theirs', () => {
  const marked = ['From: anne@example.net', 'X-BeenThere: cats-owner@example.com'];
  assert.ok(loop.check(posting({ to: 'owner' }, marked)));
  assert.ok(loop.check(posting({ to: 'admin' }, marked)));
});

test('a notice of the list that comes back to its owners is not passed on again', () => {
  const notice = ['From: cats-owner@example.com', 'List-Id: <cats.example.com>'];
  assert.ok(loop.check(posting({ to: 'owner' }, [...notice, 'Auto-Submitted: auto-generated'])));
  assert.equal(loop.check(posting({ to: 'owner' }, [...notice, 'Auto-Submitted: no'])), undefined);
});
