import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Address, parseAddress } from '../../src/mail/address.ts';
import {
  compilePattern,
  entryMeaning,
  isWrong,
  maxPatternChars,
  meansAddress,
  readAddressPattern,
} from '../../src/model/pattern.ts';

function address(text: string): Address {
  const parsed = parseAddress(text);
  assert(parsed);
  return parsed;
}

function matches(source: string, text: string): boolean {
  const pattern = compilePattern(source);
  assert(!isWrong(pattern), JSON.stringify(pattern));
  return pattern.test(text);
}

test('a pattern is searched for, upper and lower case being the same', () => {
  assert(matches('viagra', 'Buy VIAGRA now'));
  assert(!matches('^viagra', 'Buy VIAGRA now'));
  assert(matches('straße', 'STRASSE Straße'));
});

test('what takes other engines for ever is answered', () => {
  const evil = `${'a'.repeat(9000)}!`;
  for (const source of ['^(a+)+$', '^(a|aa)+$', '^(.*)*x$', '(a?){300}b$', '([a-z]+)*\\d']) {
    assert.equal(matches(source, evil), false, source);
  }
});

test('only the beginning of a huge text is looked at', () => {
  assert(!matches('needle', `${'x'.repeat(10_000)}needle`));
});

test('what is no pattern is told with what is wrong', () => {
  const cases = [
    ['', /empty/],
    ['(a', /"\(a" is no pattern: missing closing \)/],
    ['(?=a)', /no pattern/],
    ['(a)\\1', /no pattern/],
    ['((a{1000}){1000})', /no pattern/],
    ['(?:(?:abc){30}){30}', /too large/],
    ['x'.repeat(maxPatternChars + 1), /501 characters; 500 are allowed/],
  ] as const;
  for (const [source, why] of cases) {
    const pattern = compilePattern(source);
    assert(isWrong(pattern), source);
    assert.match(pattern.why, why);
  }
});

test('an entry of a list of addresses is an address, an expression or the members of a list', () => {
  assert.equal(readAddressPattern(' Ann@Example.COM ').kind, 'address');
  assert.equal(readAddressPattern('^.*@example\\.com$').kind, 'expression');
  assert.deepEqual(readAddressPattern('@Cats@example.com'), {
    kind: 'members',
    list: 'cats@example.com',
  });
  for (const wrong of ['', 'ann', '@', '@two words', '^(', 'a b@c.d']) {
    assert.equal(readAddressPattern(wrong).kind, 'wrong', wrong);
  }
});

test('an entry means an address however either is spelled', () => {
  assert(meansAddress('ann@example.com', address('Ann@EXAMPLE.com')));
  assert(!meansAddress('ann@example.com', address('joann@example.com')));
  assert(meansAddress('^ann@', address('Ann@example.com')));
  assert(meansAddress('^.*@xn--bcher-kva\\.example$', address('ann@bücher.example')));
  assert(meansAddress('^.*@bücher\\.example$', address('ann@bücher.example')));
  assert(meansAddress('@cats', address('ann@example.com'), (list) => list === 'cats'));
  assert(!meansAddress('@cats', address('ann@example.com')));
  assert(!meansAddress('^(', address('ann@example.com')));
});

test('the first entry that means an address is the one that is named', () => {
  const entries = ['bob@example.com', '^.*@example\\.com$', 'ann@example.com'];
  assert.equal(entryMeaning(entries, address('ann@example.com')), '^.*@example\\.com$');
  assert.equal(entryMeaning(entries, address('ann@example.net')), undefined);
});
