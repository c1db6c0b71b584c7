import assert from 'node:assert/strict';
import { test } from 'node:test';
import { archivedAt } from '../../src/handlers/archived-at.ts';
import { listHeaders } from '../../src/handlers/list-headers.ts';
import { listId } from '../../src/handlers/list-id.ts';
import { applied, headersOf } from '../literals.ts';

test('List-Id names the list, with its description as RFC 2919 wants it', () => {
  assert.deepEqual(applied(listId, []), ['List-Id: <cats.example.com>']);
  assert.deepEqual(applied(listId, ['List-Id: <x.y>'], { description: 'Cats, "big" and small' }), [
    'List-Id: "Cats, \\"big\\" and small" <cats.example.com>',
  ]);
  const [line = ''] = applied(listId, [], { description: 'Für Kätzchen' });
  assert.match(line, /^List-Id: =\?utf-8\?.*\?= <cats\.example\.com>$/);
});

test('the List-* fields say how the list is used (RFC 2369)', () => {
  assert.deepEqual(applied(listHeaders, []), [
    'List-Help: <mailto:cats-request@example.com?subject=help>',
    'List-Owner: <mailto:cats-owner@example.com>',
    'List-Post: <mailto:cats@example.com>',
    'List-Subscribe: <mailto:cats-join@example.com>',
    'List-Unsubscribe: <mailto:cats-leave@example.com>',
  ]);
});

test('checklist 9: a list that takes no postings says List-Post: NO', () => {
  assert.ok(applied(listHeaders, [], { allowPosts: false }).includes('List-Post: NO'));
});

test('a list may do without these fields', () => {
  assert.deepEqual(applied(listHeaders, ['X: y'], { listHeaders: false }), ['X: y']);
});

test('the archive is named by its page, the posting by its hash (RFC 5064)', () => {
  const archiveUrl = 'https://lists.example.com/cats/%h';
  const lines = applied(listHeaders, [], { archiveUrl });
  assert.equal(lines.at(-1), 'List-Archive: <https://lists.example.com/cats/>');
  const id = 'Message-ID: <87myycy5eh.fsf@uwakimon.sk.tsukuba.ac.jp>';
  const block = headersOf(...applied(archivedAt, [id], { archiveUrl }));
  const hash = 'JJIGKPKB6CVDX6B2CUG4IHAJRIQIOUTP';
  assert.deepEqual(block.raw('message-id-hash'), [hash]);
  assert.deepEqual(block.raw('archived-at'), [`<https://lists.example.com/cats/${hash}>`]);
});

test('where nothing is archived, no archive is named', () => {
  const settings = { archiveUrl: 'https://example.com/%h', archivePolicy: 'never' } as const;
  assert.equal(applied(listHeaders, [], settings).length, 5);
  assert.deepEqual(applied(archivedAt, ['X: y'], settings), ['X: y']);
});

test('a URL cannot leave its brackets', () => {
  const lines = applied(listHeaders, [], { archiveUrl: 'https://example.com/<a> b"ü' });
  assert.equal(lines.at(-1), 'List-Archive: <https://example.com/%3Ca%3E%20b%22%C3%BC>');
});
