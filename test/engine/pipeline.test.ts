import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepare } from '../../src/engine/pipeline.ts';
import { noticeHandlers, postingHandlers, relayHandlers } from '../../src/handlers/index.ts';
import { draftOf, occasion } from '../literals.ts';

const lines = [
  'Received: from mx.example.net',
  'DKIM-Signature: v=1; b=x',
  'From: Anne <anne@example.net>',
  'To: cats@example.com',
  'Cc: Bart@example.net',
  'Subject: food',
  'Message-ID: <1@example.net>',
  'Date: Tue, 14 Nov 2023 22:13:20 +0000',
  'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
];

test('a posting passes all handlers, and what they do not mean keeps its bytes', () => {
  const draft = prepare(
    postingHandlers,
    draftOf(...lines),
    occasion({ subjectPrefix: '[cats]', footer: 'Bye, $list_name' }),
  );
  assert.deepEqual(draft.headers.bytes().toString().split('\r\n'), [
    'Received: from mx.example.net',
    'DKIM-Signature: v=1; b=x',
    'From: Anne <anne@example.net>',
    'To: cats@example.com',
    'Cc: Bart@example.net',
    'Subject: [cats] food',
    'Message-ID: <1@example.net>',
    'Date: Tue, 14 Nov 2023 22:13:20 +0000',
    'List-Id: <cats.example.com>',
    'List-Help: <mailto:cats-request@example.com?subject=help>',
    'List-Owner: <mailto:cats-owner@example.com>',
    'List-Post: <mailto:cats@example.com>',
    'List-Subscribe: <mailto:cats-join@example.com>',
    'List-Unsubscribe: <mailto:cats-leave@example.com>',
    'Message-ID-Hash: I4UQJ6HFKC7HFIBHXSOX53BWTIJRZ2AC',
    'Sender: cats <cats-bounces@example.com>',
    'Precedence: list',
    'X-BeenThere: cats@example.com',
    '',
  ]);
  assert.equal(draft.author, 'anne@example.net');
  assert.deepEqual(draft.addressed, ['bart@example.net']);
  assert.deepEqual(
    draft.transforms.map(({ name }) => name),
    ['decorate'],
  );
});

test('the handlers are functions: the same draft gives the same bytes, and is not changed', () => {
  const before = draftOf(...lines);
  const bytes = before.headers.bytes().toString();
  const run = () => prepare(postingHandlers, before, occasion()).headers.bytes().toString();
  assert.equal(run(), run());
  assert.equal(before.headers.bytes().toString(), bytes);
});

test('checklist 9, 19: a notice has List-Id and says that it is automatic; no prefix, no footer', () => {
  const notice = [
    'From: cats-owner@example.com',
    'Subject: Welcome',
    'Message-ID: <2@example.com>',
    lines[7] ?? '',
  ];
  const draft = prepare(
    noticeHandlers,
    draftOf(...notice),
    occasion({ subjectPrefix: '[cats]', footer: 'Bye' }),
  );
  assert.deepEqual(draft.headers.bytes().toString().split('\r\n'), [
    ...notice,
    'List-Id: <cats.example.com>',
    'X-List-Administrivia: yes',
    'Precedence: bulk',
    'Auto-Submitted: auto-generated',
    '',
  ]);
  assert.deepEqual(draft.transforms, []);
});

test('a notice that says better how automatic it is keeps its word', () => {
  const draft = prepare(noticeHandlers, draftOf('Auto-Submitted: auto-replied'), occasion());
  assert.deepEqual(draft.headers.raw('auto-submitted'), ['auto-replied']);
});

test('mail to the owners goes as it came, with a mark', () => {
  const draft = prepare(relayHandlers, draftOf(...lines), occasion({ footer: 'Bye' }));
  assert.deepEqual(draft.headers.bytes().toString().split('\r\n'), [
    ...lines,
    'X-BeenThere: cats-owner@example.com',
    '',
  ]);
  assert.deepEqual(draft.transforms, []);
});
