import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base32 } from '../../src/mail/base32.ts';
import { sameTag, shortTag, tag } from '../../src/mail/keyed.ts';

const key = Buffer.from('a key of the site');

test('a tag depends on key, purpose and every part', () => {
  const tags = [
    tag(key, 'a', 'b', 'c'),
    tag(Buffer.from('another'), 'a', 'b', 'c'),
    tag(key, 'x', 'b', 'c'),
    tag(key, 'a', 'bc'),
    tag(key, 'a', 'b', 'c', ''),
    tag(key, 'ab', 'c'),
    tag(key, 'a', '1:b', 'c'),
  ];
  assert.equal(new Set(tags).size, tags.length);
  for (const made of tags) assert.match(made, /^[a-z2-7]{16}$/);
  assert.equal(tag(key, 'a', 'b', 'c'), tags[0]);
  assert.equal(shortTag(key, 'a', 'b', 'c'), tags[0]?.slice(0, 8));
});

test('tags are the same whatever their case, and never by a part of one', () => {
  const made = tag(key, 'a');
  assert(sameTag(made, made.toUpperCase()));
  assert(!sameTag(made, made.slice(1)));
  assert(!sameTag(made, `${made.slice(0, -1)}${made.endsWith('a') ? 'b' : 'a'}`));
  assert(!sameTag(made, ''));
  assert(!sameTag(made, 'ü'.repeat(8)));
});

test('base32 is that of RFC 4648', () => {
  const cases = ['', 'my', 'mzxq', 'mzxw6', 'mzxw6yq', 'mzxw6ytb', 'mzxw6ytboi'];
  cases.forEach((wanted, i) => {
    assert.equal(base32(Buffer.from('foobar'.slice(0, i))), wanted);
  });
});
