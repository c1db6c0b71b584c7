import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '../../src/ground/config.ts';
import { checkSiteRules } from '../../src/model/site-rules.ts';

function check(toml: string): void {
  checkSiteRules(parseConfig(`[rules]\n${toml}\n`, 'test'));
}

test('what no rule would obey is refused with the reason', () => {
  check('');
  check('actions = ["max-size=reject"]\norder = ["loop"]\nheaderMatches = ["a: b => hold"]');
  assert.throws(
    () => check('actions = ["max-size=burn"]'),
    /rules\.actions: "max-size=burn" is not/,
  );
  assert.throws(() => check('order = ["lop"]'), /rules\.order: no rule "lop"; there are loop/);
  assert.throws(() => check('headerMatches = ["a: ( => hold"]'), /rules\.headerMatches: .*missing/);
});
