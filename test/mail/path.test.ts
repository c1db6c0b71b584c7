import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPath } from '../../src/mail/path.ts';

for (const [text, address, rest = ''] of [
  ['<>', ''],
  ['<ann@a.example>', 'ann@a.example'],
  ['<ann@a.example> SIZE=10 BODY=8BITMIME', 'ann@a.example', 'SIZE=10 BODY=8BITMIME'],
  ['<"two words"@a.example>', '"two words"@a.example'],
  ['<"a>b\\"c"@a.example> SMTPUTF8', '"a>b\\"c"@a.example', 'SMTPUTF8'],
  ['<"a@b"@a.example>', '"a@b"@a.example'],
  ['<a..b.@carrier.example>', 'a..b.@carrier.example'],
  ['<ann@my_host.example>', 'ann@my_host.example'],
  ['<ann@xn--bcher-kva.example>', 'ann@xn--bcher-kva.example'],
  ['<ann@bücher.example> SMTPUTF8', 'ann@bücher.example', 'SMTPUTF8'],
  ['<アン@例え.example>', 'アン@例え.example'],
  ['<root>', 'root'],
  ['<@one.example:ann@a.example>', 'ann@a.example'],
  ['<@one.example,@two.example:ann@a.example>', 'ann@a.example'],
  ['<@[IPv6:2001:db8::1]:ann@a.example>', 'ann@a.example'],
  ['<ann@[IPv6:2001:db8::1]>', 'ann@[IPv6:2001:db8::1]'],
] as const) {
  test(`${text} is a path`, () => assert.deepEqual(readPath(text), { address, rest }));
}

for (const text of [
  '',
  'ann@a.example',
  '<ann@a.example',
  '<"ann@a.example>',
  '<ann@a.example>SIZE=10',
  '<two words@a.example>',
  '<<ann@a.example>>',
  '<"a\rb"@a.example>',
  '<a\u0000@a.example>',
  `<${'a'.repeat(2000)}@a.example>`,
]) {
  test(`${JSON.stringify(text.slice(0, 40))} is none`, () =>
    assert.equal(readPath(text), undefined));
}

test('a long row of routes is read in no time', () => {
  assert.equal(readPath(`<${'@a,'.repeat(300)}`), undefined);
  assert.equal(readPath(`<${'@a,'.repeat(300)}>`)?.address.length, 900);
});
