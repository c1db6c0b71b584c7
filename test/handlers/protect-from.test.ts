import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { protectFrom } from '../../src/handlers/protect-from.ts';
import type { Protection } from '../../src/model/draft.ts';
import type { Settings } from '../../src/model/settings.ts';
import { draftOf, occasion } from '../literals.ts';

function protectedLines(
  lines: readonly string[],
  settings: Partial<Settings> = {},
  protection: Protection | undefined = 'munge',
): string[] {
  const draft = protectFrom.apply(draftOf(...lines), { ...occasion(settings), protection });
  return draft.headers.bytes().toString().trimEnd().split('\r\n');
}

const anne = 'From: Anne <anne@example.net>';
const ours = 'From: Anne via cats <cats@example.com>';

test('without need nothing is done', () => {
  const draft = draftOf(anne);
  assert.equal(protectFrom.apply(draft, occasion()), draft);
});

test('the list stands in From, and the author where answers find him', () => {
  assert.deepEqual(protectedLines([anne]), [ours, 'Reply-To: Anne <anne@example.net>']);
  const named = protectedLines([anne], { displayName: 'Cats, all of them' });
  assert.equal(named[0], 'From: "Anne via Cats, all of them" <cats@example.com>');
});

test('without a name the local part stands for the author: an address there looks forged', () => {
  const [from, reply] = protectedLines(['From: anne@example.net']);
  assert.equal(from, 'From: anne via cats <cats@example.com>');
  assert.equal(reply, 'Reply-To: anne@example.net');
});

test('what the author asks for stays, and he is in it once', () => {
  const other = protectedLines([anne, 'Reply-To: bob@example.org']);
  assert.deepEqual(other, [ours, 'Reply-To: bob@example.org, Anne <anne@example.net>']);
  const own = protectedLines([anne, 'Reply-To: ANNE@example.net']);
  assert.deepEqual(own, [ours, 'Reply-To: ANNE@example.net']);
});

test('where the list decides who gets answers, the author is in Cc', () => {
  const wanted = [ours, 'Cc: bob@example.org, Anne <anne@example.net>'];
  const lines = [anne, 'Cc: bob@example.org'];
  assert.deepEqual(protectedLines(lines, { replyTo: 'list' }), wanted);
  assert.deepEqual(protectedLines(lines, { stripReplyTo: true }), wanted);
});

test('of several authors the one who is held to account is named', () => {
  const lines = [
    'From: Bob <bob@example.org>, Anne <anne@example.net>',
    'Sender: anne@example.net',
  ];
  assert.equal(protectedLines(lines)[0], ours);
});

test('a name brings no field and no address of its own', () => {
  const names = [
    '=?utf-8?q?Anne=0D=0ABcc:_eve@example.org?=',
    '"Anne\\" <eve@example.org>, \\""',
    '=?utf-8?b?QW5uZQ0KClgtRXZpbDogMQ==?=',
  ];
  for (const name of names) {
    const lines = protectedLines([`From: ${name} <anne@example.net>`]);
    assert.equal(lines.length, 2, JSON.stringify(lines));
    assert.match(lines[0] ?? '', /^From: .* <cats@example\.com>$/);
    assert.match(lines[1] ?? '', /^Reply-To: .* <anne@example\.net>$/);
  }
});

test('wrapped, the message as it was stands within one of ours', async () => {
  const lines = [anne, 'To: cats@example.com', 'DKIM-Signature: v=1', 'Subject: food', 'X-Own: 1'];
  const draft = protectFrom.apply(draftOf(...lines), { ...occasion(), protection: 'wrap' });
  const [wrap] = draft.transforms;
  const done = await wrap?.run(draft.headers, Readable.from([Buffer.from('miaow\r\n')]));
  const outside = done?.headers.bytes().toString() ?? '';
  assert.match(outside, /^From: Anne via cats <cats@example\.com>\r\n/);
  assert.doesNotMatch(outside, /DKIM|X-Own/);
  assert.match(outside, /Content-Type: message\/rfc822\r\n/);
  const chunks: Buffer[] = [];
  for await (const chunk of done?.body ?? []) chunks.push(chunk);
  assert.equal(Buffer.concat(chunks).toString(), `${lines.join('\r\n')}\r\n\r\nmiaow\r\n`);
});
