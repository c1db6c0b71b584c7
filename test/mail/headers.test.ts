import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HeaderBlock, noHeaders, parseHeaders } from '../../src/mail/headers.ts';
import { chanceOf, newSeed } from './chance.ts';

function block(...lines: readonly string[]): HeaderBlock {
  return parseHeaders(Buffer.from(lines.map((line) => `${line}\r\n`).join(''), 'latin1'));
}

const text = (headers: HeaderBlock): string => headers.bytes().toString('utf8');

test('fields are found by name, whatever the case, in order', () => {
  const headers = block('Received: one', 'Subject: hi', 'RECEIVED: two', 'X-A : b');
  assert.equal(headers.get('subject'), 'hi');
  assert.deepEqual(headers.all('Received'), ['one', 'two']);
  assert.equal(headers.get('x-a'), 'b');
  assert.equal(headers.get('To'), undefined);
  assert.deepEqual(headers.all('To'), []);
  assert(headers.has('SUBJECT'));
  assert.deepEqual(headers.names(), ['received', 'subject', 'x-a']);
  assert.equal(headers.size, 4);
});

test('values are unfolded and decoded by get, and only unfolded by raw', () => {
  const headers = block('Subject: =?utf-8?q?Gr=C3=BC?=', ' =?utf-8?q?=C3=9Fe?=', '\tan alle');
  assert.equal(headers.get('Subject'), 'Grüße an alle');
  assert.deepEqual(headers.raw('Subject'), ['=?utf-8?q?Gr=C3=BC?= =?utf-8?q?=C3=9Fe?= an alle']);
});

test('bytes outside ASCII are read as UTF-8, else as Windows-1252', () => {
  assert.equal(block('Subject: Gr\u00c3\u00bc\u00c3\u009fe').get('Subject'), 'Grüße');
  assert.equal(block('Subject: Gr\u00fc\u00dfe \u0080').get('Subject'), 'Grüße €');
});

test('bytes of what nobody touched stay as they came', () => {
  const odd = [
    'From anne@example.com Mon Jan  1 00:00:00 2024\n',
    'Subject: two\r\n  spaces \t\r\n',
    'bare: lf\n',
    'garbage without a colon\r\n',
    ' and its continuation\r\n',
    'X-8bit: \u00fc\u00ff\r\n',
    'X-CR: a\rb\r\n',
    ': no name\r\n',
    'X-Empty:\r\n',
    'X-Blank:  \r\n \r\n',
    'Last: no line end',
  ];
  const bytes = Buffer.from(odd.join(''), 'latin1');
  const headers = parseHeaders(bytes);
  assert(headers.bytes().equals(bytes));
  assert.deepEqual(headers.names(), [
    'subject',
    'bare',
    'x-8bit',
    'x-cr',
    'x-empty',
    'x-blank',
    'last',
  ]);
  const changed = headers.set('Subject', 'new').bytes().toString('latin1');
  assert.equal(changed, [odd[0], 'Subject: new\n', ...odd.slice(2)].join(''));
  const added = headers.add('X-New', 'x').bytes().toString('latin1');
  assert.equal(added, `${odd.join('')}\nX-New: x\n`);
  const front = headers.prepend('Received', 'from x').bytes().toString('latin1');
  assert.equal(front, [odd[0], 'Received: from x\n', ...odd.slice(1)].join(''));
});

test('set replaces all of a name at the place of the first, or appends', () => {
  const headers = block('A: 1', 'B: 2', 'a: 3', 'C: 4');
  assert.equal(text(headers.set('A', 'x')), 'A: x\r\nB: 2\r\nC: 4\r\n');
  assert.equal(text(headers.set('D', 'x')), 'A: 1\r\nB: 2\r\na: 3\r\nC: 4\r\nD: x\r\n');
  assert.equal(text(headers), 'A: 1\r\nB: 2\r\na: 3\r\nC: 4\r\n');
});

test('remove takes names and patterns, and leaves lines that are no field', () => {
  const headers = block('List-Id: a', 'garbage', 'List-Post: b', 'X-List: c', 'To: d');
  assert.equal(text(headers.remove(/^list-/g, 'TO')), 'garbage\r\nX-List: c\r\n');
  assert.equal(text(headers.filter((name) => name === 'to')), 'To: d\r\n');
});

test('new fields end as the first line does', () => {
  assert.equal(text(parseHeaders(Buffer.from('A: 1\n')).add('B', '2')), 'A: 1\nB: 2\n');
  assert.equal(text(parseHeaders(Buffer.from('A: 1\r\n')).add('B', '2')), 'A: 1\r\nB: 2\r\n');
  assert.equal(text(noHeaders.add('B', '2')), 'B: 2\r\n');
  assert.equal(noHeaders.add('B', '2').bytesWithBlankLine().toString(), 'B: 2\r\n\r\n');
});

test('no line end or NUL gets in, whatever way it is tried', () => {
  const evil = [
    'a\r\nBcc: x@y',
    'a\nBcc: x',
    'a\rBcc: x',
    'a\r\n\r\nbody',
    'a\u0000b',
    'a\u2028b',
    'ü\r\n\tx',
  ];
  const names = ['Subject', 'To', 'List-Id', 'Content-Type', 'References', 'X-Any'];
  for (const value of evil) {
    for (const name of names) {
      for (const how of ['set', 'add', 'prepend', 'setRaw', 'addRaw', 'prependRaw'] as const) {
        const made = parseHeaders(noHeaders[how](name, value).bytes());
        assert.deepEqual(made.names(), [name.toLowerCase()]);
        assert.doesNotMatch(made.bytes().toString(), /\0|\r(?!\n)|[^\r]\n|\r\n(?!$|[ \t])/);
      }
    }
  }
  for (const name of ['', 'a b', 'a:', 'a\r\nb', 'ü', 'x'.repeat(77)]) {
    assert.throws(() => noHeaders.set(name, 'x'), /no field name/);
  }
});

test('long values are folded at white space and come back the same', () => {
  const value = Array.from({ length: 60 }, (_, i) => `word${i}`).join(' ');
  const headers = noHeaders.set('Subject', value);
  for (const line of text(headers).split('\r\n')) assert(line.length <= 78, line);
  assert.equal(parseHeaders(headers.bytes()).get('Subject'), value);
});

test('a value without white space is encoded where it would pass the hard limit', () => {
  const value = 'x'.repeat(5000);
  const headers = noHeaders.set('Subject', value);
  for (const line of text(headers).split('\r\n')) assert(line.length <= 998);
  assert.equal(parseHeaders(headers.bytes()).get('Subject'), value);
});

test('addresses in a field keep their form, names are encoded', () => {
  assert.equal(
    text(noHeaders.set('To', 'Jörg <j@x.y>, "A, B" <ä@x.y>')),
    'To: =?utf-8?q?J=C3=B6rg?= <j@x.y>, "A, B" <ä@x.y>\r\n',
  );
  assert.equal(
    text(noHeaders.set('List-Id', '"Größe, alle" <dev.example.com>')),
    'List-Id: =?utf-8?q?Gr=C3=B6=C3=9Fe=2C_alle?= <dev.example.com>\r\n',
  );
  const encoded = '=?utf-8?q?J=C3=B6rg?= <j@x.y>';
  assert.equal(text(noHeaders.set('From', encoded)), `From: ${encoded}\r\n`);
  assert.equal(
    text(noHeaders.set('List-Unsubscribe', '<mailto:a@b>, <https://x.y/?a=b>')),
    'List-Unsubscribe: <mailto:a@b>, <https://x.y/?a=b>\r\n',
  );
});

test('text that looks like an encoded word is not taken for one', () => {
  const headers = noHeaders.set('Subject', '=?utf-8?q?x?=');
  assert.equal(parseHeaders(headers.bytes()).get('Subject'), '=?utf-8?q?x?=');
});

test('any bytes are a header block that keeps them', () => {
  const seed = newSeed();
  console.log(`seed ${seed}`);
  const chance = chanceOf(seed);
  const bits = [
    'Subject',
    'To',
    ':',
    ' ',
    '\t',
    '\r\n',
    '\n',
    '\r',
    'x',
    '\u00fc',
    '\u0000',
    '=?',
    'From ',
    'a@b',
    ';',
  ];
  for (let i = 0; i < 3000; i++) {
    let raw = '';
    for (let n = chance.number(50); n > 0; n--) raw += chance.pick(bits);
    const bytes = Buffer.from(raw, 'latin1');
    const headers = parseHeaders(bytes);
    assert(headers.bytes().equals(bytes));
    for (const name of headers.names()) {
      for (const value of [...headers.all(name), ...headers.raw(name)]) {
        assert.doesNotMatch(value, /[\r\n\0]/);
      }
    }
    const without = headers.remove('subject').bytes();
    assert(
      parseHeaders(headers.set('Subject', 'new').bytes()).remove('subject').bytes().length >=
        without.length,
    );
  }
});
