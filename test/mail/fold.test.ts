import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folded, searchText, wordsOf } from '../../src/mail/fold.ts';

test('case, accents, width and ligatures are one', () => {
  for (const [text, plain] of [
    ['Crème BRÛLÉE', 'creme brulee'],
    ['Straße ŁÓDŹ Ærø', 'strasse lodz aero'],
    ['ＡＢＣ ﬁne', 'abc fine'],
    ['İstanbul ılık', 'istanbul ilik'],
    ['Ελληνικά', 'ελληνικα'],
    ['हिन्दी', 'हिन्दी'],
  ] as const) {
    assert.equal(folded(text), plain);
  }
});

test('scripts without spaces become pairs; what is between them stays', () => {
  assert.deepEqual(wordsOf('東京都 and 猫'), ['東京', '京都', 'and', '猫']);
  assert.deepEqual(wordsOf('한국어'), ['한국', '국어']);
  assert.equal(searchText('plain'), 'plain');
});
