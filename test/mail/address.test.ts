import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Address,
  addressKey,
  domainOf,
  formatMailbox,
  joinAddress,
  localPart,
  needsSmtpUtf8,
  parseAddress,
  parseAddressList,
  wireAddress,
} from '../../src/mail/address.ts';
import { chanceOf, newSeed } from './chance.ts';

function address(text: string): Address {
  const parsed = parseAddress(text);
  assert(parsed, `${text} should be an address`);
  return parsed;
}

test('what is an address is taken as written', () => {
  const good = [
    'anne@example.com',
    'Anne.Person@Example.COM',
    'a@b',
    'root@localhost',
    '"a b"@example.com',
    '"a\\"b"@example.com',
    'a+b=c@example.com',
    "o'hara@example.com",
    'two..dots@docomo.example',
    'trailing.@docomo.example',
    'ünï@exämple.com',
    '用户@例え.jp',
    'x@[192.0.2.1]',
    'x@[IPv6:2001:db8::1]',
    'x@under_score.example',
    'x@1.2.3',
    `${'l'.repeat(64)}@example.com`,
  ];
  for (const text of good) {
    assert.equal(parseAddress(text), text);
    assert.equal(parseAddress(` <${text}> `), text);
  }
});

test('what is no address is refused', () => {
  const bad = [
    '',
    '@',
    'anne',
    'anne@',
    '@example.com',
    'a@b@c',
    'a b@example.com',
    'a@exa mple.com',
    'a@b\r\nRCPT TO:<x@y>',
    'a\u0000@b',
    'a@b\u0000',
    'a\u0007@b.example',
    'a\u00a0b@example.com',
    'a\u200bb@example.com',
    'a\u2028b@example.com',
    '\ud800@example.com',
    '<a@b',
    '<<a@b>>',
    'a@<b>',
    'a,b@example.com',
    'a@b,c',
    '"a>b"@example.com',
    '"a@b"@example.com',
    '"a\r\nb"@example.com',
    'a@-b.example',
    'a@b..example',
    'a@.b',
    'a@b.',
    'a@[1.2.3.4',
    'a@b%2fc',
    'a@exa\u3000mple.com',
    `${'l'.repeat(65)}@example.com`,
    `${'ü'.repeat(33)}@example.com`,
    `a@${'d'.repeat(64)}.example`,
    `a@${'d.'.repeat(130)}example`,
  ];
  for (const text of bad) assert.equal(parseAddress(text), undefined, JSON.stringify(text));
});

test('two spellings of one mailbox have one key', () => {
  const same: readonly (readonly string[])[] = [
    ['anne@example.com', 'Anne@EXAMPLE.com', 'ANNE@Example.Com', '"anne"@example.com'],
    ['jörg@exämple.com', 'JÖRG@EXÄMPLE.COM', 'jo\u0308rg@xn--exmple-cua.com'],
    ['οδος@example.gr', 'ΟΔΟΣ@example.gr', 'οδοσ@example.gr'],
    ['x@例え.jp', 'X@xn--r8jz45g.JP', 'x@例え。jp'],
    ['"a b"@example.com', '"A B"@example.com'],
  ];
  for (const spellings of same) {
    const keys = new Set(spellings.map((text) => addressKey(address(text))));
    assert.equal(keys.size, 1, [...keys].join(' '));
  }
  assert.notEqual(addressKey(address('a.b@c.de')), addressKey(address('ab@c.de')));
  assert.notEqual(addressKey(address('a+b@c.de')), addressKey(address('a@c.de')));
});

test('a key is the key of itself', () => {
  for (const text of ['Anne@Example.com', 'İ@example.com', 'ẞ@example.com', '"A b"@C.d']) {
    const key = addressKey(address(text));
    assert.equal(addressKey(address(key)), key);
  }
});

test('an address comes apart at its last @ and goes together again', () => {
  const anne = address('"a b"@Example.com');
  assert.equal(localPart(anne), '"a b"');
  assert.equal(domainOf(anne), 'Example.com');
  assert.equal(joinAddress('"a b"', 'Example.com'), anne);
  assert.throws(() => joinAddress('a b', 'example.com'), /no address/);
  assert.throws(() => joinAddress('a', 'b>\r\nX: y'), /no address/);
});

test('only what is not ASCII on the wire needs SMTPUTF8', () => {
  assert.equal(wireAddress(address('anne@exämple.com')), 'anne@xn--exmple-cua.com');
  assert.equal(needsSmtpUtf8(wireAddress(address('anne@exämple.com'))), false);
  assert.equal(needsSmtpUtf8(wireAddress(address('änne@example.com'))), true);
  assert.equal(wireAddress(address('x@[192.0.2.1]')), 'x@[192.0.2.1]');
});

test('address fields are read as people write them', () => {
  const cases: readonly (readonly [string, readonly (readonly [string, string?])[]])[] = [
    ['anne@example.com', [['', 'anne@example.com']]],
    [
      'Anne <anne@example.com>, bob@b.example',
      [
        ['Anne', 'anne@example.com'],
        ['', 'bob@b.example'],
      ],
    ],
    ['"Person, Anne" <a@b.c>', [['Person, Anne', 'a@b.c']]],
    ['a@b.c (Anne Person)', [['Anne Person', 'a@b.c']]],
    [
      'Friends: a@b.c, Bob <d@e.f>;, g@h.i',
      [
        ['', 'a@b.c'],
        ['Bob', 'd@e.f'],
        ['', 'g@h.i'],
      ],
    ],
    ['undisclosed-recipients:;', []],
    ['=?utf-8?q?J=C3=B6rg?= <j@x.y>', [['Jörg', 'j@x.y']]],
    ['Jörg <j@x.y>', [['Jörg', 'j@x.y']]],
    [
      'Anne\r\n <a@b.c>,\r\n\td@e.f',
      [
        ['Anne', 'a@b.c'],
        ['', 'd@e.f'],
      ],
    ],
    ['"Anne', [['Anne']]],
    ['<>', []],
    ['', []],
    ['just text', [['just text']]],
    ['Anne <anne@@example.com>', [['Anne']]],
  ];
  for (const [value, wanted] of cases) {
    const found = parseAddressList(value)
      .filter(({ raw }) => raw !== '')
      .map(({ name, address: read }) => (read === undefined ? [name] : [name, read]));
    assert.deepEqual(found, wanted, value);
  }
});

test('an encoded word cannot smuggle an address in', () => {
  const evil = Buffer.from('victim@x.y>, <evil@x.y').toString('base64');
  const found = parseAddressList(`=?utf-8?b?${evil}?= <anne@example.com>`);
  assert.deepEqual(
    found.map((mailbox) => mailbox.address),
    ['anne@example.com'],
  );
});

test('a display name comes back as it went in, whatever it holds', () => {
  const names = [
    'Anne Person',
    'Person, Anne',
    'a "quoted" \\ name',
    'Größe 日本 🎉',
    'trap=?utf-8?q?x?=',
    'two  spaces',
    'evil\r\nBcc: x@y.z',
    '<a@b>, c@d',
    'Ü'.repeat(300),
    'word '.repeat(80).trim(),
  ];
  for (const name of names) {
    const written = formatMailbox(name, address('a@b.c'));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there
    assert.doesNotMatch(written, /[\u0000-\u001f]/);
    const read = parseAddressList(written);
    assert.deepEqual(
      read.map((mailbox) => [mailbox.name, mailbox.address]),
      [[name.replace('\r\n', ' '), 'a@b.c']],
    );
  }
});

test('reading addresses never throws', () => {
  const seed = newSeed();
  console.log(`seed ${seed}`);
  const chance = chanceOf(seed);
  const bits = [
    'a',
    '@',
    'b.c',
    '<',
    '>',
    '"',
    '(',
    ')',
    ',',
    ';',
    ':',
    '\\',
    ' ',
    '\r\n ',
    '[',
    ']',
  ];
  const odd = ['=?', '?q?', '?=', 'ü', '\u0000', '\ud800', '𝒳', '.', '%', '='];
  for (let i = 0; i < 5000; i++) {
    let text = '';
    for (let n = chance.number(30); n > 0; n--) text += chance.pick([...bits, ...odd]);
    for (const mailbox of parseAddressList(text)) {
      if (mailbox.address === undefined) continue;
      assert.equal(parseAddress(mailbox.address), mailbox.address);
      assert.equal(addressKey(address(addressKey(mailbox.address))), addressKey(mailbox.address));
    }
    parseAddress(text);
  }
});
