import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHeaders } from '../../src/mail/headers.ts';
import {
  ancestorIds,
  makeMessageId,
  messageIdHash,
  messageIdOf,
  parseMessageIds,
} from '../../src/mail/message-id.ts';

const headers = (text: string) => parseHeaders(Buffer.from(text));

test('ids are found in whatever stands around them', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['<a@b>', ['<a@b>']],
    ['<a@b> <c@d>\t<a@b>', ['<a@b>', '<c@d>']],
    ['<a@b><c@d>', ['<a@b>', '<c@d>']],
    ['Your message of Monday <a@b> "x"', ['<a@b>']],
    ['<very-long @b>', ['<very-long@b>']],
    ['a@b', []],
    ['<a@b', []],
    ['<>', []],
    ['', []],
    [`<${'x'.repeat(2000)}@b>`, []],
  ];
  for (const [value, ids] of cases) assert.deepEqual(parseMessageIds(value), ids);
  assert.equal(parseMessageIds('<a@b> '.repeat(10) + '<c@d>'.repeat(5000)).length, 2);
  const many = Array.from({ length: 5000 }, (_, i) => `<${i}@x>`).join(' ');
  assert.equal(parseMessageIds(many).length, 1000);
});

test('a message id is found with brackets or without', () => {
  assert.equal(messageIdOf(headers('Message-ID: <a@b>\n')), '<a@b>');
  assert.equal(messageIdOf(headers('Message-Id:\n <a@b>\n')), '<a@b>');
  assert.equal(messageIdOf(headers('Message-ID: a@b\n')), '<a@b>');
  assert.equal(messageIdOf(headers('Message-ID: \n')), undefined);
  assert.equal(messageIdOf(headers('Subject: x\n')), undefined);
});

test('ancestors end with the message that was answered', () => {
  assert.deepEqual(ancestorIds(headers('References: <a@b> <c@d>\nIn-Reply-To: <c@d>\n')), [
    '<a@b>',
    '<c@d>',
  ]);
  assert.deepEqual(ancestorIds(headers('References: <a@b>\nIn-Reply-To: <c@d> from <e@f>\n')), [
    '<a@b>',
    '<c@d>',
  ]);
  assert.deepEqual(ancestorIds(headers('Subject: x\n')), []);
});

test('the same cause makes the same id, another cause another', () => {
  const id = makeMessageId('cause-1', 'example.com');
  assert.match(id, /^<[a-z2-7]{24}@example\.com>$/);
  assert.equal(makeMessageId('cause-1', 'example.com'), id);
  assert.notEqual(makeMessageId('cause-2', 'example.com'), id);
});

test('the hash is the one of Mailman 3', () => {
  // From the documentation of Mailman and HyperKitty.
  assert.equal(
    messageIdHash('<87myycy5eh.fsf@uwakimon.sk.tsukuba.ac.jp>'),
    'JJIGKPKB6CVDX6B2CUG4IHAJRIQIOUTP',
  );
  assert.equal(messageIdHash('<first>'), '4CMWUN6BHVCMHMDAOSJZ2Q72G5M32MWB');
  assert.equal(messageIdHash(' first '), '4CMWUN6BHVCMHMDAOSJZ2Q72G5M32MWB');
  assert.equal(messageIdHash('<ant>'), 'MS6QLWERIJLGCRF44J7USBFDELMNT2BW');
});
