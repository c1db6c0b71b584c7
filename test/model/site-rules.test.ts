import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '../../src/ground/config.ts';
import { ruleFaults } from '../../src/model/site-rules.ts';

function faults(toml: string): string {
  return ruleFaults(parseConfig(`[rules]\n${toml}\n`, 'test')).join('\n');
}

test('what no rule would obey is told with the reason', () => {
  assert.equal(faults(''), '');
  assert.equal(
    faults('actions = ["max-size=reject"]\norder = ["loop"]\nheaderMatches = ["a: b => hold"]'),
    '',
  );
  assert.match(faults('actions = ["max-size=burn"]'), /rules\.actions has "max-size=burn"; wanted/);
  assert.match(faults('order = ["lop"]'), /rules\.order has "lop"; wanted: loop/);
  assert.match(faults('headerMatches = ["a: ( => hold"]'), /rules\.headerMatches has .*missing/);
});
