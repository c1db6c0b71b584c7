import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokenFrom } from '../../src/rules/broken-from.ts';
import { posting } from '../literals.ts';
import { textOf } from './said.ts';

const cases: readonly (readonly [lines: readonly string[], text: string | undefined])[] = [
  [['From: anne@example.net'], undefined],
  [['From: Anne <anne@example.net>, Bart <bart@example.net>'], undefined],
  [['From: "Anne, at home" <anne@example.net>'], undefined],
  [['To: cats@example.com'], 'There is no From field.'],
  [['From:', 'To: cats@example.com'], 'The From field is empty.'],
  [['From: <>'], 'No address can be read from the From field: <>'],
  [['From: Anne'], 'No address can be read from the From field: Anne'],
  [['From: anne@@@', 'Subject: x'], 'No address can be read from the From field: anne@@@'],
  [['From: anne@example.net', 'From: boss@example.com'], 'There are 2 From fields.'],
];

test('a posting has one From field with an author in it', () => {
  for (const [lines, text] of cases) {
    assert.equal(textOf(brokenFrom.check(posting({}, [...lines]))), text, lines.join());
  }
});
