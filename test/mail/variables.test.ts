// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what these texts are
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillIn } from '../../src/mail/variables.ts';

const values = new Map([
  ['list_name', 'cats'],
  ['description', 'about $list_name and $$'],
]);

test('variables of all spellings are filled in, and what is not known stays', () => {
  const cases = [
    ['$list_name, ${list_name}, %(list_name)s, $LIST_NAME', 'cats, cats, cats, cats'],
    ['$user_name costs $5 or ${so}, $$list_name', '$user_name costs $5 or ${so}, $list_name'],
    ['$list_names ${list_name}s 100% %(x)s', '$list_names catss 100% %(x)s'],
    // Values are not looked through: a description cannot bring variables in.
    ['$description', 'about $list_name and $$'],
    ['$__proto__ $constructor ${', '$__proto__ $constructor ${'],
  ] as const;
  for (const [text, wanted] of cases) assert.equal(fillIn(text, values), wanted);
});
