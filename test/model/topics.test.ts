import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWrong } from '../../src/model/pattern.ts';
import { hitsOf, readChoice, readTopic, topicsIn, wantsTopics } from '../../src/model/topics.ts';

test('an entry has a name, a pattern, and perhaps a description', () => {
  const read = readTopic('Cats: cats?\\b|kitt(y|en) -- All about -- cats');
  assert(!isWrong(read));
  assert.deepEqual([read.name, read.description], ['cats', 'cats']);
  assert.equal(read.pattern.source, 'cats?\\b|kitt(y|en) -- All about');
  for (const wrong of ['cats', ': x', 'all: x', 'default: x', 'two words: x', 'cats: (', 'cats:']) {
    assert(isWrong(readTopic(wrong)), wrong);
  }
});

test('entries of one name are one topic', () => {
  const entries = ['cats: kitten', 'dogs: puppy', 'cats: \\bcat\\b'];
  assert.equal(topicsIn(entries).length, 3);
  assert.deepEqual(hitsOf(entries, ['a CAT', 'a puppy']), {
    hits: ['cats', 'dogs'],
    of: ['cats', 'dogs'],
  });
  assert.deepEqual(hitsOf(entries, ['cattle', '']).hits, []);
});

test('a choice is names with commas between them', () => {
  assert.deepEqual(readChoice('Cats, dogs,,cats'), ['cats', 'dogs']);
  assert.deepEqual(readChoice('all'), ['all']);
  assert.equal(readChoice(' ,'), undefined);
  assert.equal(readChoice('cats;dogs'), undefined);
});

test('who chose topics gets postings of these, and untagged ones when he wants them', () => {
  const of = ['cats', 'dogs'];
  const cases: readonly [hits: readonly string[], chosen: string[], untagged: boolean, boolean][] =
    [
      [['cats'], [], false, true],
      [['cats'], ['cats'], false, true],
      [['dogs'], ['cats'], true, false],
      [['cats', 'dogs'], ['cats'], false, true],
      [[], ['cats'], false, false],
      [[], ['cats'], true, true],
      [[], [], false, true],
      [['dogs'], ['all'], false, true],
      [['dogs'], ['cats', 'all'], false, true],
      // A topic that is no more keeps nothing from anybody.
      [['dogs'], ['mice'], false, true],
      [[], ['mice'], false, true],
    ];
  for (const [hits, chosen, untagged, wants] of cases) {
    assert.equal(wantsTopics({ hits, of }, chosen, untagged), wants, `${hits} / ${chosen}`);
  }
});
