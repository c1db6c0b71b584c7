import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeText,
  decodeWords,
  encodeText,
  encodeWords,
  formatPhrase,
  parseContentType,
  parseParameters,
} from '../../src/mail/words.ts';
import { chanceOf, newSeed } from './chance.ts';

test('encoded words are decoded in every charset that mail is written in', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['plain', 'plain'],
    ['=?utf-8?q?Gr=C3=BC=C3=9Fe?=', 'Grüße'],
    ['=?UTF-8?B?R3LDvMOfZQ==?=', 'Grüße'],
    ['=?iso-8859-1?Q?a=E4?= =?iso-8859-1?Q?=F6b?=', 'aäöb'],
    ['=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=', '日本'],
    ['=?koi8-r?B?8NLJ18XU?=', 'Привет'],
    ['=?gb2312?B?xOO6ww==?=', '你好'],
    ['=?utf-8*en?q?hi?=', 'hi'],
    ['Re: =?utf-8?q?=C3=A4?= end', 'Re: ä end'],
    // A character split between two words, which the RFC forbids and mailers do.
    ['=?utf-8?b?w6TD?= =?utf-8?b?tg==?=', 'äö'],
    ['=?no-such-charset?q?abc?=', 'abc'],
    ['=?utf-8?x?abc?=', '=?utf-8?x?abc?='],
  ];
  for (const [value, text] of cases) assert.equal(decodeWords(value), text, value);
});

test('a decoded value is one line', () => {
  assert.equal(decodeWords('=?utf-8?q?a=0D=0ABcc:_x=00?='), 'a Bcc: x');
});

test('only what needs it is encoded, and it comes back', () => {
  const cases = [
    'plain text',
    '[dev] Grüße aus der großen weiten Welt, die noch viel länger ist als diese Zeile hier',
    'a  b   ü  c    ö  d',
    'looks =?utf-8?q?encoded?= but is not',
    '日本語の長い件名'.repeat(20),
    '🎉'.repeat(60),
    'x'.repeat(2000),
    '',
  ];
  for (const text of cases) {
    const encoded = encodeWords(text);
    assert.match(encoded, /^[ -~]*$/);
    assert.equal(decodeWords(encoded), text);
    for (const word of encoded.match(/=\?utf-8\S*/g) ?? []) assert(word.length <= 75, word);
  }
  assert.equal(encodeWords('[dev] Grüße'), '[dev] =?utf-8?q?Gr=C3=BC=C3=9Fe?=');
});

test('an encoded word holds whole characters', () => {
  for (const word of encodeWords('日本語🎉'.repeat(30)).split(' ')) {
    assert.doesNotMatch(decodeWords(word), /\ufffd/);
  }
});

test('a phrase is atoms, a quoted string or encoded words', () => {
  assert.equal(formatPhrase('Anne Person'), 'Anne Person');
  assert.equal(formatPhrase('Anne P.'), '"Anne P."');
  assert.equal(formatPhrase('a "b" \\'), '"a \\"b\\" \\\\"');
  assert.equal(formatPhrase('Jörg'), '=?utf-8?q?J=C3=B6rg?=');
  assert.equal(formatPhrase(' '), '');
});

test('half a character is written as the sign for none', () => {
  assert.equal(decodeWords(encodeWords('a\ud800b')), 'a\ufffdb');
  assert.doesNotMatch(encodeWords('x\udc00'.repeat(100)), /[^ -~]/);
});

test('text goes into a charset whole or not at all', () => {
  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ['Grüße', 'utf-8', '4772c3bcc39f65'],
    ['Grüße', 'iso-8859-1', '4772fcdf65'],
    ['Grüße', 'us-ascii', undefined],
    ['plain', 'US-ASCII', '706c61696e'],
    ['日本', 'iso-8859-1', undefined],
    ['日本', 'iso-2022-jp', '1b2442467c4b5c1b2842'],
    ['ü', 'iso-2022-jp', undefined],
    ['€', 'windows-1252', '80'],
    ['€', 'iso-8859-15', 'a4'],
    ['x', 'no-such-charset', undefined],
    ['\ud800', 'utf-8', undefined],
  ];
  for (const [text, charset, hex] of cases) {
    const bytes = encodeText(text, charset);
    assert.equal(bytes?.toString('hex'), hex, `${text} in ${charset}`);
    if (bytes) assert.equal(decodeText(bytes, charset), text);
  }
});

test('decoding bytes never throws, whatever the charset is called', () => {
  const seed = newSeed();
  console.log(`seed ${seed}`);
  const chance = chanceOf(seed);
  const charsets = [
    'utf-8',
    'utf-16',
    'utf-7',
    'iso-2022-jp',
    'euc-jp',
    'gb18030',
    'big5',
    '',
    '?',
    '__proto__',
  ];
  for (let i = 0; i < 2000; i++) {
    const bytes = Buffer.from(Array.from({ length: chance.number(40) }, () => chance.number(256)));
    assert.equal(typeof decodeText(bytes, chance.pick(charsets)), 'string');
    assert.equal(
      typeof decodeWords(`=?${chance.pick(charsets)}?b?${bytes.toString('base64')}?=`),
      'string',
    );
  }
});

test('any text survives encoding', () => {
  const seed = newSeed();
  console.log(`seed ${seed}`);
  const chance = chanceOf(seed);
  const bits = [
    'a',
    'B ',
    ' ',
    '=?',
    '?=',
    '?q?',
    'ü',
    '日',
    '🎉',
    '_',
    '=',
    '"',
    '\\',
    '<',
    '.',
    ',',
  ];
  for (let i = 0; i < 3000; i++) {
    let text = '';
    for (let n = chance.number(60); n > 0; n--) text += chance.pick(bits);
    assert.equal(decodeWords(encodeWords(text)), text.trim(), JSON.stringify(text));
  }
});

test('a content type is read with its parameters', () => {
  const cases: readonly (readonly [string | undefined, string, Record<string, string>])[] = [
    [undefined, 'text/plain', {}],
    ['text/html', 'text/html', {}],
    [
      'Text/Plain; Charset="UTF-8"; format=flowed',
      'text/plain',
      { charset: 'UTF-8', format: 'flowed' },
    ],
    ['multipart/mixed; boundary="a;b\\"c"', 'multipart/mixed', { boundary: 'a;b"c' }],
    ['text/plain (a comment); charset=utf-8', 'text/plain', { charset: 'utf-8' }],
    ['rubbish', 'text/plain', {}],
    ['', 'text/plain', {}],
    [';;;', 'text/plain', {}],
  ];
  for (const [value, wanted, params] of cases) {
    const { type, subtype, params: found } = parseContentType(value);
    assert.equal(`${type}/${subtype}`, wanted);
    assert.deepEqual(Object.fromEntries(found), params);
  }
});

test('parameters in RFC 2231 pieces and charsets come together', () => {
  const read = (value: string): string | undefined => parseParameters(value).params.get('filename');
  assert.equal(read("attachment; filename*=utf-8''Gr%C3%BC%C3%9Fe.txt"), 'Grüße.txt');
  assert.equal(read('attachment; filename*0="a b"; filename*1="c.txt"'), 'a bc.txt');
  assert.equal(read("attachment; filename*0*=iso-8859-1'de'%E4; filename*1=b"), 'äb');
  assert.equal(read('attachment; filename="=?utf-8?q?=C3=A4?="'), 'ä');
  assert.equal(read("attachment; filename*=utf-8''a%0D%0Ab"), 'a b');
  assert.equal(parseParameters('Inline; x').value, 'Inline');
});
