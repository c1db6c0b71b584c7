import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postingView, sendersOf, type ViewDesk } from '../../src/engine/posting-view.ts';
import { parseConfig } from '../../src/ground/config.ts';
import { addressKey } from '../../src/mail/address.ts';
import type { Settings } from '../../src/model/settings.ts';
import { address, cats, headersOf } from '../literals.ts';

const lines = [
  'From: Eve <eve@example.org>',
  'Sender: Sam <sam@example.net>',
  'Reply-To: anne@example.net, Rob@example.net',
];

/** Who counts as the sender of that message, with everything but From forged. */
function senders(fields?: Settings['senderFields'], header = lines, sender = 'env@example.net') {
  return sendersOf({
    list: cats(fields && { senderFields: fields }),
    to: undefined,
    message: { headers: headersOf(...header), body: { path: '/nowhere', start: 0, end: 0 } },
    size: 1000,
    sender,
    root: 'i1',
  });
}

test('only From makes a sender, unless the list says otherwise', () => {
  assert.deepEqual(senders(), ['eve@example.org']);
  assert.deepEqual(senders(undefined, lines.slice(1)), [], 'nothing else stands in for it');
});

test('a list may take other fields, in its order, each address once', () => {
  const cases: readonly (readonly [Settings['senderFields'], readonly string[]])[] = [
    [['reply-to'], ['anne@example.net', 'Rob@example.net']],
    [['sender'], ['sam@example.net']],
    [['envelope'], ['env@example.net']],
    [
      ['envelope', 'from'],
      ['env@example.net', 'eve@example.org'],
    ],
  ];
  for (const [fields, wanted] of cases) assert.deepEqual(senders(fields), wanted, fields.join());
  const twice = ['From: anne@example.net', 'Reply-To: Anne@Example.net'];
  assert.equal(senders(['from', 'reply-to'], twice).length, 1);
});

test('a list of this site is no author, whichever it is; its other addresses are not meant', async () => {
  const has = new Set(['cats', 'dogs']);
  const books = {
    listAt: async (name: string) => (has.has(name) ? cats() : undefined),
    memberships: async () => [],
    rules: { bans: async () => [] },
  };
  const desk = { books, now: 0, config: parseConfig('', 'none') } as unknown as ViewDesk;
  const isOurs = async (author: string) => {
    const message = {
      headers: headersOf(`From: ${author}`),
      body: { path: '', start: 0, end: 0 },
    };
    const offer = { list: cats(), to: undefined, message, size: 9, sender: null, root: 'i1' };
    const view = await postingView(desk, offer, new Set());
    return view.isOurs(addressKey(address(author)));
  };
  const found = ['Cats@example.com', 'dogs@example.com', 'dogs+x@example.com'].map(isOurs);
  assert.deepEqual(await Promise.all(found), [true, true, true]);
  const others = ['dogs-owner@example.com', 'anne@example.com'].map(isOurs);
  assert.deepEqual(await Promise.all(others), [false, false]);
});
