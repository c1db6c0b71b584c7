import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxSize } from '../../src/rules/max-size.ts';
import { cats, posting } from '../literals.ts';
import { textOf } from './said.ts';

test('a posting may be as large as the limit, and no byte larger', () => {
  const list = cats({ maxBytes: 1000 });
  assert.equal(maxSize.check(posting({ list, size: 1000 })), undefined);
  assert.equal(
    textOf(maxSize.check(posting({ list, size: 1001 }))),
    'The message is 1,001 bytes; this list takes 1,000.',
  );
});

test('zero is no limit', () => {
  const list = cats({ maxBytes: 0 });
  assert.equal(maxSize.check(posting({ list, size: 1e9 })), undefined);
});
