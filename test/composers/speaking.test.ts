import assert from 'node:assert/strict';
import { test } from 'node:test';
import { speak } from '../../src/composers/speaking.ts';
import { siteTexts } from '../../src/engine/templates.ts';
import { silentLog } from '../../src/ground/log.ts';
import { phraseNames } from '../../src/model/command.ts';
import { languages } from '../../src/model/language.ts';
import { cats } from '../literals.ts';

const texts = siteTexts('/nowhere', silentLog);
const values = {
  address: 'ann@example.net',
  old: 'old@example.net',
  count: '3',
  option: 'ack',
  value: 'on',
  thread: 'abc',
  text: 'nobody',
};

test('every sentence is there in every language, each its own', async () => {
  for (const language of languages) {
    const lines = phraseNames.map((phrase) => ({ phrase, values }));
    const said = await speak(lines, texts, language, cats());
    assert.equal(new Set(said).size, phraseNames.length, language);
    for (const [n, text] of said.entries()) {
      assert.match(text, /^[^\n]{3,}$/, `${language}: ${phraseNames[n]}`);
      assert.doesNotMatch(text, /\{|%/, text);
    }
  }
});

test('what is no sentence stays as it is, and what values hold is not looked through again', async () => {
  const hostile = { phrase: 'no-address', values: { text: '{{ address }}{% raw %}' } } as const;
  const said = await speak(['> {{ x }}', hostile], texts, 'de', cats());
  assert.deepEqual(said, ['> {{ x }}', '"{{ address }}{% raw %}" ist keine Mailadresse.']);
});
