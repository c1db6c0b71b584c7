import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isArchived } from '../../src/model/archived.ts';
import { cats, headersOf } from '../literals.ts';

test('a posting is kept, but where the list keeps nothing or its author asks for it', () => {
  const cases = [
    ['private', 'Subject: x', true],
    ['public', 'X-Archive: yes', true],
    ['private', 'X-No-Archive: yes', false],
    ['public', 'x-no-archive:', false],
    ['public', 'X-Archive: No ', false],
    ['never', 'Subject: x', false],
  ] as const;
  for (const [archivePolicy, line, wanted] of cases) {
    assert.equal(isArchived(cats({ archivePolicy }), headersOf(line)), wanted, line);
  }
});
